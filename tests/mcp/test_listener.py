"""The address that the server listens on over HTTP, and by which names it is asked there."""

from __future__ import annotations

import socket
import subprocess

import pytest
from harness import ENVIRONMENT, PROGRAM
from test_http import PING, Web, message, raw, status_of


def refused(*options: str) -> str:
    done = subprocess.run(
        [PROGRAM, "--local", *options], capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=20
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_another_address_of_loopback():
    with Web("--no-token", "--listen", "127.0.0.2") as web:
        assert web.ready["url"] == f"http://127.0.0.2:{web.port}/mcp"
        for host in ("127.0.0.2", "localhost"):
            said = raw(web.port, message(PING, "Connection: close", host=f"{host}:{web.port}"), "127.0.0.2")
            assert status_of(said) == 200
        with pytest.raises(ConnectionRefusedError):
            raw(web.port, b"")


def test_an_address_with_colons():
    try:
        socket.socket(socket.AF_INET6).bind(("::1", 0))
    except OSError:
        pytest.skip("there is no IPv6 here")
    with Web("--no-token", "--listen", "::1") as web:
        assert web.ready["url"] == f"http://[::1]:{web.port}/mcp"
        said = raw(web.port, message(PING, "Connection: close", host=f"[::1]:{web.port}"), "::1")
        assert status_of(said) == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--http", "0", "--listen", "0.0.0.0", "--no-token", "--allow-host", "example.com"], "--token-file"),
        (["--http", "0", "--listen", "192.0.2.1"], "--token-file"),
        (["--http", "0", "--listen", "0.0.0.0", "--token-file", "/tmp/token"], "--allow-host"),
        (["--http", "0", "--listen", "::", "--token-file", "/tmp/token"], "--allow-host"),
        (["--http", "0", "--listen", "localhost", "--no-token"], "address"),
        (["--http", "0", "--listen", "", "--no-token"], "address"),
        (["--http", "0", "--no-token", "--allow-host", "example.com:80"], "name"),
        (["--http", "0", "--no-token", "--allow-host", ""], "name"),
        (["--listen", "127.0.0.1"], "--http"),
        (["--allow-host", "example.com"], "--http"),
    ],
)
def test_an_address_that_is_refused(options, words):
    assert words in refused(*options)


def test_an_address_of_the_network(tmp_path):
    path = tmp_path / "token"
    names = ["--allow-host", "sandboxes.example.com", "--allow-host", "192.0.2.7"]
    with Web("--listen", "0.0.0.0", "--token-file", str(path), *names) as web:
        token = f"Authorization: Bearer {path.read_text().strip()}"

        def ask(host: str, *headers: str) -> int:
            return status_of(raw(web.port, message(PING, "Connection: close", *headers, host=host)))

        for host in ("sandboxes.example.com", "Sandboxes.Example.com:443", "192.0.2.7", "localhost"):
            assert ask(host, token) == 200
            assert ask(host) == 401
        for host in ("example.com", "sandboxes.example.com.evil", "sandboxes.example.com:x", "0.0.0.0", "192.0.2.8"):
            assert ask(host, token) == 403
        for origin in ("https://sandboxes.example.com", "http://sandboxes.example.com:8080"):
            assert ask("sandboxes.example.com", token, f"Origin: {origin}") == 200
        for origin in ("https://example.com", "https://localhost", "ftp://sandboxes.example.com"):
            assert ask("sandboxes.example.com", token, f"Origin: {origin}") == 403
