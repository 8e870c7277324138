"""A server for one case: a port that plays a script to each connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import deque

from .script import Connection, Request
from .world import World

# Small, so that a client that uploads megabytes has to wait for us.
RECEIVE_BUFFER = 16384


class Server:
    """Plays the first script to the first connection, and so on; the last one, or all again, to those that follow."""

    def __init__(
        self,
        scripts: list[list],
        operation: str,
        context: ssl.SSLContext | None = None,
        again: bool = False,
        world: World | None = None,
    ) -> None:
        self.scripts = scripts
        self.again = again
        self.operation = operation
        self.context = context
        self.world = world
        # What plays again plays long: nobody looks at its requests, and they are let go.
        self.requests: list[Request] | deque[Request] = deque(maxlen=1) if again else []
        self.connections = 0
        self.problems: list[str] = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.sockets: list[socket.socket] = []
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.listener.bind(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def listen(self) -> None:
        self.listener.listen()
        self.start(self.accept)

    def fill(self) -> None:
        """Takes every place in the queue of connections that nobody accepts."""
        self.listener.listen(0)
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", self.port))
            self.sockets.append(sock)

    def start(self, target: object, *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()

    def accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.sockets.append(sock)
                self.connections += 1
                number = self.connections
            self.start(self.serve, sock, number)

    def serve(self, sock: socket.socket, number: int) -> None:
        accepted = sock
        count = len(self.scripts)
        script = self.scripts[(number - 1) % count if self.again else min(number, count) - 1]
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                sock = self.secure(sock)
            Connection(number, sock, self.operation, self.stopping, self.requests, self.world).play(script)
        except OSError:
            sock.close()
        except Exception as error:  # a script that cannot be played is a fault of ours
            self.problems.append(f"the server failed: {error!r}")
        finally:
            with self.lock:
                self.sockets.remove(accepted)

    def secure(self, sock: socket.socket) -> socket.socket:
        try:
            return self.context.wrap_socket(sock.dup(), server_side=True)
        except OSError:
            # With what the client has sent unread, the end would be a reset, which takes our words from it.
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
            raise
        finally:
            sock.close()

    def stop(self) -> None:
        self.stopping.set()
        with self.lock:
            sockets = [self.listener, *self.sockets]
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
