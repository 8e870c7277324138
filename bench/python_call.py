"""The same call as sdk_call.c from Python: python_call.py BASE_URL WARMUP CALLS prints what that took as JSON.

This package and avm_sdk have the same names, so that one program serves both: the interpreter that runs it decides
which one is measured.
"""

import sys
import time

from sandbox_sdk import SandboxSDK


def resident_kib():
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib would add to what is measured
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise OSError("no VmRSS")


def main(base_url, warmup, calls):
    client = SandboxSDK(
        api_key="bench-key", base_url=base_url, default_headers={"Idempotency-Key": "bench-idempotency-key"}
    )
    execute = client.sandboxes.execute
    command = "echo hello | tr a-z A-Z"
    for _ in range(warmup):
        execute("sandbox-1", command=command)
    wall = time.perf_counter_ns()
    cpu = time.process_time_ns()
    for _ in range(calls):
        if execute("sandbox-1", command=command).exit_code != 0:
            raise SystemExit("an answer that was not asked for")
    cpu = time.process_time_ns() - cpu
    wall = time.perf_counter_ns() - wall
    print(f'{{"calls": {calls}, "cpu_ns": {cpu}, "wall_ns": {wall}, "rss_kib": {resident_kib()}}}')


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
