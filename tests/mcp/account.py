"""A sandboxd that stands for the hosted service: it has an address and a key, and lives longer than the server."""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from harness import BIN, ENVIRONMENT, Host

SANDBOXD = os.environ.get("SANDBOX_SDK_SANDBOXD") or BIN / "sandboxd"


class Account:
    """A sandboxd that stands for the hosted service, and what is in it."""

    def __init__(self, folder: Path):
        folder.mkdir(mode=0o700)
        command = [str(SANDBOXD), "--state", str(folder / "state"), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT)
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], 20)[0]
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.key = Path(ready["key_file"]).read_text().strip()
        self.state = folder / "ledger"

    def ask(self, method: str, path: str) -> dict:
        """Past the server."""
        with closing(http.client.HTTPConnection(self.url.rpartition("/")[2], timeout=20)) as connection:
            connection.request(method, path, headers={"x-api-key": self.key})
            return json.loads(connection.getresponse().read())

    def names(self) -> list[str]:
        return [each["name"] for each in self.ask("GET", "/v1/sandboxes/list")["data"]]

    def host(self, *options: str, **environment: str) -> Host:
        given = {"SANDBOX_SDK_API_KEY": self.key, "SANDBOX_SDK_BASE_URL": self.url, "XDG_STATE_HOME": str(self.state)}
        made = Host(*options, environment=given | environment)
        made.shake_hands()
        return made

    def files(self) -> list[Path]:
        return list(self.state.glob("sandbox-sdk-mcp/*"))

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate()


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
