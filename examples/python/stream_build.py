"""A long command, whose output is shown while it is written.

scripts/run python examples/python/stream_build.py
"""

import sys

import sandbox_sdk

BUILD = """
for file in main parse print; do
    echo "compiling $file.c"
    sleep 0.2
done
echo "main.c:7: warning: unused variable" >&2
echo done
"""


def main() -> None:
    with sandbox_sdk.local() as client, client.sandboxes.session() as session:
        stream = session.stream(BUILD)
        for event in stream:
            if event.stream:
                print(event.text, end="", file=sys.stderr if event.stream == "stderr" else sys.stdout, flush=True)
        result = stream.result
        if result is None or result.stdout.count("compiling") != 3 or "warning" not in result.stderr:
            sys.exit("stream_build: the result is not what was shown")
        print(f"exit code {result.exit_code}")


if __name__ == "__main__":
    main()
