"""What stands for the hosted service where a test wants it to answer in a way that sandboxd never does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "key-of-a-test"

Answer = tuple[int, object]
Handler = Callable[[str, str, bytes], Answer]


class FakeApi:
    """`answer` gives status and document for a method, a path with its query, and a body; whose key has asked is `key`
    meanwhile. `said` is sent with each."""

    def __init__(self, answer: Handler, said: Callable[[BaseHTTPRequestHandler], dict[str, str]] = lambda _: {}):
        api = self
        self.requests: list[tuple[str, str]] = []
        self.key: str | None = None

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                api.requests.append((self.command, self.path))
                api.key = self.headers["x-api-key"]
                status, document = answer(self.command, self.path, body)
                data = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(status)
                for name, value in said(self).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = do_PUT = handle_any

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> FakeApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def environment(self, state: object, key: str = KEY) -> dict[str, str]:
        return {"SANDBOX_SDK_API_KEY": key, "SANDBOX_SDK_BASE_URL": self.url, "XDG_STATE_HOME": str(state)}


def sandbox(identity: str, name: str) -> dict:
    """As the list has it."""
    return {
        "id": identity,
        "name": name,
        "cpu": 1,
        "memory": 512,
        "disk_size": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "status": "running",
    }


def page(items: list[dict], number: int, size: int) -> dict:
    """A page of a list."""
    count = len(items)
    place = {"page": number, "page_size": size, "total_items": count, "total_pages": (count + size - 1) // size}
    return {"data": items[(number - 1) * size : number * size], "pagination": place}
