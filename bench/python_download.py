"""A file that is read while it comes: python_download.py BASE_URL BYTES prints what that took as JSON.

One program serves this package and avm_sdk.
"""

import os
import sys
import time

from sandbox_sdk import SandboxSDK


def peak_kib():
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib would add to what is measured
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def main(base_url, expected):
    client = SandboxSDK(api_key="bench-key", base_url=base_url)
    client.sandboxes.execute("sandbox-1", command="true")
    before = peak_kib()
    wall = time.perf_counter_ns()
    cpu = time.process_time_ns()
    with client.sandboxes.with_streaming_response.download("sandbox-1", path="/x") as response:
        response.stream_to_file(os.devnull)
        got = response.http_response.num_bytes_downloaded
    cpu = time.process_time_ns() - cpu
    wall = time.perf_counter_ns() - wall
    if got != expected:
        raise SystemExit(f"{got} bytes came, not {expected}")
    print(f'{{"bytes": {got}, "cpu_ns": {cpu}, "wall_ns": {wall}, "more_kib": {peak_kib() - before}}}')


main(sys.argv[1], int(sys.argv[2]))
