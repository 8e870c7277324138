"""The same calls as sdk_in_flight.c from coroutines: python_in_flight.py BASE_URL IN_FLIGHT WARMUP CALLS [BACKEND].

Prints what that took as JSON. One program serves this package and avm_sdk; BACKEND is that of the latter.
"""

import asyncio
import sys
import time

from sandbox_sdk import AsyncSandboxSDK


def make_client(base_url, backend):
    options = {}
    if backend == "aiohttp":
        from sandbox_sdk import DefaultAioHttpClient

        options["http_client"] = DefaultAioHttpClient()
    return AsyncSandboxSDK(
        api_key="bench-key", base_url=base_url, default_headers={"Idempotency-Key": "bench-idempotency-key"}, **options
    )


async def run_calls(client, in_flight, calls):
    execute = client.sandboxes.execute
    command = "echo hello | tr a-z A-Z"
    left = calls

    async def work():
        nonlocal left
        while left > 0:
            left -= 1
            if (await execute("sandbox-1", command=command)).exit_code != 0:
                raise SystemExit("an answer that was not asked for")

    await asyncio.gather(*(work() for _ in range(in_flight)))


async def main(base_url, in_flight, warmup, calls, backend="native"):
    async with make_client(base_url, backend) as client:
        await run_calls(client, int(in_flight), int(warmup))
        wall = time.perf_counter_ns()
        cpu = time.process_time_ns()
        await run_calls(client, int(in_flight), int(calls))
        cpu = time.process_time_ns() - cpu
        wall = time.perf_counter_ns() - wall
    print(f'{{"calls": {calls}, "cpu_ns": {cpu}, "wall_ns": {wall}}}')


asyncio.run(main(*sys.argv[1:]))
