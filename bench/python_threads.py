"""The same calls from several threads: python_threads.py BASE_URL THREADS WARMUP CALLS prints what that took as JSON.

One program serves this package and avm_sdk. Each thread makes its share of the calls with one client that all use.
"""

import sys
import threading
import time

from sandbox_sdk import SandboxSDK


def run_calls(client, threads, calls):
    execute = client.sandboxes.execute
    command = "echo hello | tr a-z A-Z"
    failed = []

    def work():
        for _ in range(calls // threads):
            if execute("sandbox-1", command=command).exit_code != 0:
                failed.append(True)

    working = [threading.Thread(target=work) for _ in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    if failed:
        raise SystemExit("an answer that was not asked for")


def main(base_url, threads, warmup, calls):
    client = SandboxSDK(
        api_key="bench-key", base_url=base_url, default_headers={"Idempotency-Key": "bench-idempotency-key"}
    )
    run_calls(client, threads, max(warmup, threads))
    wall = time.perf_counter_ns()
    cpu = time.process_time_ns()
    run_calls(client, threads, calls)
    cpu = time.process_time_ns() - cpu
    wall = time.perf_counter_ns() - wall
    print(f'{{"calls": {calls // threads * threads}, "cpu_ns": {cpu}, "wall_ns": {wall}}}')


main(sys.argv[1], *map(int, sys.argv[2:]))
