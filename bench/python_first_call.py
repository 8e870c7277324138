"""A fresh process's first call: python_first_call.py BASE_URL prints what it took, import included, as JSON."""

import sys
import time

wall = time.perf_counter_ns()
cpu = time.process_time_ns()

from sandbox_sdk import SandboxSDK  # noqa: E402 - the import is a part of what is measured

client = SandboxSDK(api_key="bench-key", base_url=sys.argv[1])
if client.sandboxes.execute("sandbox-1", command="true").exit_code != 0:
    raise SystemExit("an answer that was not asked for")

cpu = time.process_time_ns() - cpu
wall = time.perf_counter_ns() - wall
print(f'{{"cpu_ns": {cpu}, "wall_ns": {wall}}}')
