"""Import of the package and construction of a client in a fresh process, by either interpreter, as JSON."""

import time

wall = time.perf_counter_ns()
cpu = time.process_time_ns()

from sandbox_sdk import SandboxSDK  # noqa: E402 - the import is what is measured

client = SandboxSDK(api_key="bench-key", base_url="http://127.0.0.1:9")

cpu = time.process_time_ns() - cpu
wall = time.perf_counter_ns() - wall
print(f'{{"cpu_ns": {cpu}, "wall_ns": {wall}, "process_cpu_ns": {time.process_time_ns()}}}')
