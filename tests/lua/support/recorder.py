"""A server that records requests and answers with bytes from files: recorder.py DIRECTORY

The first part of a request's path names a case, a folder of DIRECTORY. The case's n-th request is written to request-n
there (its body without chunked framing) before answer-n, else the last answer there is, goes out as it is. An answer
may begin with a line "@delay SECONDS"; an empty one closes the connection. The port is written to DIRECTORY/port; the
server ends with its standard input.
"""

from __future__ import annotations

import re
import socketserver
import sys
import threading
import time
from pathlib import Path

ROOT = Path(sys.argv[1])
LOCK = threading.Lock()
COUNTS: dict[str, int] = {}  # of requests, by case
ANSWERS: dict[str, int] = {}  # how many there are, by case


def header(head: bytes, name: bytes) -> bytes:
    found = re.search(rb"\r\n" + name + rb":[ \t]*([^\r]*)", head, re.IGNORECASE)
    return found.group(1) if found else b""


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while request := self.read_request():
            if not self.answer(*request):
                return

    def read_request(self) -> tuple[bytes, bytes] | None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return None
            head += line
        if header(head, b"transfer-encoding") == b"chunked":
            return head, self.read_chunks()
        return head, self.rfile.read(int(header(head, b"content-length") or 0))

    def read_chunks(self) -> bytes:
        chunks = []
        while size := int(self.rfile.readline() or b"0", 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def answer(self, head: bytes, body: bytes) -> bool:
        case = head.split(b" ", 2)[1].split(b"/")[1].decode()
        with LOCK:
            number = COUNTS[case] = COUNTS.get(case, 0) + 1
            answers = ANSWERS.setdefault(case, sum(1 for _ in (ROOT / case).glob("answer-*")))
        # Whole or not at all: specs look for it while it is written.
        written = ROOT / case / f"part-{number}"
        written.write_bytes(head + body)
        written.rename(ROOT / case / f"request-{number}")
        answer = (ROOT / case / f"answer-{min(number, answers)}").read_bytes()
        if answer.startswith(b"@delay "):
            line, answer = answer.split(b"\n", 1)
            time.sleep(float(line.split()[1]))
        try:
            self.wfile.write(answer)
        except OSError:
            return False
        sent_head, _, sent_body = answer.partition(b"\r\n\r\n")
        return header(sent_head, b"content-length") == str(len(sent_body)).encode()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is none of ours."""


def main() -> None:
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ready = ROOT / "port.new"
    ready.write_text(str(server.server_address[1]))
    ready.rename(ROOT / "port")
    sys.stdin.buffer.read()


main()
