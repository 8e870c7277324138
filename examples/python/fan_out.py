"""Fifty sandboxes at a time, by coroutines of one thread.

scripts/run python examples/python/fan_out.py
"""

import asyncio
import sys
import time

from sandbox_sdk import AsyncSandboxSDK

COUNT = 50


async def main(client: AsyncSandboxSDK) -> None:
    async with client:

        async def square(number: int) -> int:
            async with client.sandboxes.session(name_prefix=f"square-{number}-") as session:
                result = await session.run(f"echo $(({number} * {number}))", check=True)
                return int(result.stdout)

        began = time.monotonic()
        squares = await asyncio.gather(*(square(number) for number in range(COUNT)))
        print(f"{COUNT} sandboxes in {time.monotonic() - began:.1f} s")
        if squares != [number * number for number in range(COUNT)]:
            sys.exit("fan_out: the squares are wrong")
        left = [sandbox.name async for sandbox in client.sandboxes.each()]
        if left:
            sys.exit(f"fan_out: left behind: {left}")


if __name__ == "__main__":
    # The server is waited for before there is a loop that would wait with it.
    asyncio.run(main(AsyncSandboxSDK.local()))
