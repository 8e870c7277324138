"""A sandbox of one's own: commands, files, and the end of it.

scripts/run python examples/python/session.py
"""

import sys

import sandbox_sdk
from sandbox_sdk import CommandFailedError


def expect(fact: bool, complaint: str) -> None:
    if not fact:
        sys.exit(f"session: {complaint}")


def main() -> None:
    with sandbox_sdk.local() as client:
        with client.sandboxes.session(env_vars={"GREETING": "hello"}) as session:
            session.write("/data/numbers", "3\n1\n2\n")
            result = session.run("sort /data/numbers >/data/sorted && echo $GREETING", check=True)
            print(f"{result.stdout.strip()}: exit code {result.exit_code} after {result.execution_time_ms} ms")
            expect(session.read("/data/sorted") == b"1\n2\n3\n", "the numbers are not sorted")

            try:
                session.run("ls /nowhere", check=True)
            except CommandFailedError as error:
                print(f"failed: {error}")
                expect(error.result.exit_code != 0, "a command that failed has exit code 0")

        left = [sandbox.name for sandbox in client.sandboxes.each()]
        expect(not left, f"left behind: {left}")
        print("the sandbox is gone")


if __name__ == "__main__":
    main()
