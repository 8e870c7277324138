"""A directory to a sandbox, work on it there, and back again, with progress.

scripts/run python examples/python/directories.py
"""

import sys
import tempfile
from pathlib import Path

import sandbox_sdk


class Progress:
    """Told of each piece; progress=True would be a bar, on a terminal where tqdm is installed."""

    done = 0

    def __call__(self, done: int, total: "int | None") -> None:
        self.done = done


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sandbox_sdk.local() as client:
        project, result = Path(folder, "project"), Path(folder, "result")
        (project / "notes").mkdir(parents=True)
        for number in range(20):
            (project / "notes" / f"{number}.txt").write_text(f"note {number}\n" * 1000)

        with client.sandboxes.session() as session:
            sent, fetched = Progress(), Progress()
            session.upload(project, "/data/project", progress=sent)
            print(f"sent: {sent.done} bytes")
            session.run("cd /data/project && wc -l notes/*.txt >summary && rm -r notes", check=True)
            session.download("/data/project", result, progress=fetched)
            print(f"fetched: {fetched.done} bytes")

        summary = (result / "summary").read_text().splitlines()
        if summary[-1].split() != ["20000", "total"] or (result / "notes").exists():
            sys.exit("directories: what came back is not what was made there")
        print(f"came back: {len(summary)} lines")


if __name__ == "__main__":
    main()
