"""How a server is reached, how connections are kept, and how many there are."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from conftest import KEY, LIST
from origin import Origin

Drive = Callable[..., list[dict[str, Any]]]
Closing = Callable[[Any], Any]


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [result["status"] for result in results]


def test_a_unix_socket(drive: Drive, closing: Closing, tmp_path: Path) -> None:
    path = tmp_path / "server.socket"
    origin = closing(Origin(unix_path=str(path)))
    assert statuses(drive("http://the.host.test/base", {"unix_socket": path}, LIST, LIST)) == ["ok", "ok"]
    assert [request.target for request in origin.requests] == ["/base/v1/sandboxes/list"] * 2
    assert origin.requests[0].header("host") == "the.host.test" and origin.requests[0].header("x-api-key") == KEY
    assert origin.connections == 1


def test_a_unix_socket_with_tls(drive: Drive, closing: Closing, authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "server.socket"
    closing(Origin(unix_path=str(path), tls=authority.context("the.host.test")))
    http = {"unix_socket": path, "ca_file": authority.file}
    assert statuses(drive("https://the.host.test", http)) == ["ok"]
    assert "for another host" in drive("https://another.test", http)[0]["message"]


def test_a_unix_socket_is_not_behind_the_environments_proxy(
    drive: Drive, closing: Closing, environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "server.socket"
    closing(Origin(unix_path=str(path)))
    environment["http_proxy"] = "http://127.0.0.1:1"
    assert statuses(drive("http://the.host.test", {"unix_socket": path})) == ["ok"]


def test_a_unix_socket_that_is_not_there(drive: Drive, tmp_path: Path) -> None:
    [result] = drive("http://the.host.test", {"unix_socket": tmp_path / "none"}, max_retries=1)
    assert result["status"] == "connection" and result["attempts"] == 2 and not result["outcome_unknown"]


@pytest.mark.parametrize("http", [{"local_address": "127.0.0.9"}, {"local_address": "127.9.9.9"}])
def test_a_local_address(drive: Drive, origin: Origin, http: dict[str, str]) -> None:
    assert statuses(drive(origin.url, http)) == ["ok"]
    assert origin.requests[0].peer == http["local_address"]


def test_a_network_interface(drive: Drive, origin: Origin) -> None:
    assert statuses(drive(origin.url, {"network_interface": "lo"})) == ["ok"]
    assert drive(origin.url, {"network_interface": "none0"})[0]["status"] == "connection"


def test_a_local_address_that_this_machine_does_not_have(drive: Drive, origin: Origin) -> None:
    [result] = drive(origin.url, {"local_address": "192.0.2.1"})
    assert result["status"] == "connection" and not origin.requests


def test_names_with_addresses_of_ones_own(drive: Drive, closing: Closing, authority: Authority) -> None:
    origin = closing(Origin(tls=authority.context("far.test")))
    port = origin.port
    for override in (f"far.test:{port}:127.0.0.1", f"*:{port}:127.0.0.1", f"far.test:{port}:127.0.0.1,[::1]"):
        http = {"name_overrides": ["other.test:1:192.0.2.1", override], "ca_file": authority.file}
        assert statuses(drive(f"https://far.test:{port}", http)) == ["ok"]
    assert origin.requests[0].header("host") == f"far.test:{port}"


def test_a_name_with_the_address_of_another_port_is_unknown(drive: Drive, origin: Origin) -> None:
    http = {"name_overrides": ["far.invalid:1:127.0.0.1"]}
    assert drive(f"http://far.invalid:{origin.port}", http)[0]["status"] == "connection"


def test_connections_are_kept_and_dropped(drive: Drive, closing: Closing) -> None:
    calls = [LIST] * 3
    for http, connections in [(None, 1), ({}, 1), ({"idle_expiry": 0}, 3), ({"max_idle_connections": 0}, 3)]:
        origin = closing(Origin())
        assert statuses(drive(origin.url, http, *calls)) == ["ok"] * 3
        assert origin.connections == connections, http
    origin = closing(Origin())
    assert statuses(drive(origin.url, {"idle_expiry": -2}, *calls)) == ["ok"] * 3
    assert origin.connections == 1


def test_a_copy_with_options_has_connections_of_its_own(drive: Drive, origin: Origin) -> None:
    with_http = {**LIST, "copy": {"http": {"max_idle_connections": 4}}}
    without = {**LIST, "copy": {"client": {"max_retries": 1}}}
    assert statuses(drive(origin.url, {}, LIST, without, with_http)) == ["ok"] * 3
    assert [request.connection for request in origin.requests] == [1, 1, 2]
    assert all(request.header("x-api-key") == KEY for request in origin.requests)


def test_a_copy_of_a_local_client_keeps_its_options(drive: Drive) -> None:
    first, second = drive(None, None, LIST, {**LIST, "copy": {"http": {}}}, local=True)
    assert first["status"] == "ok" and second["status"] == "invalid_argument" and second["argument"] == "http"


def silence_before_asking(port: int) -> list[int]:
    """The seconds after which TCP asks, for each connection to a port that asks at all (proc(5), /proc/net/tcp)."""
    seconds = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        kind, _, ticks = fields[5].partition(":")
        if fields[2].endswith(f":{port:04X}") and kind == "02":
            seconds.append(int(ticks, 16) // os.sysconf("SC_CLK_TCK"))
    return seconds


@pytest.mark.parametrize("seconds, least, most", [(None, 30, 60), (29, 1, 29), (-2, 0, 0)])
def test_tcp_asks_after_silence(drive: Drive, closing: Closing, seconds: float | None, least: int, most: int) -> None:
    seen: list[int] = []

    class Looking(Origin):
        def serve_one(self, stream: socket.socket, number: int) -> bool:
            seen.extend(silence_before_asking(self.port))
            return super().serve_one(stream, number)

    origin = closing(Looking())
    http = {} if seconds is None else {"keep_alive_interval": seconds}
    assert statuses(drive(origin.url, http)) == ["ok"]
    assert bool(seen) is bool(most) and all(least <= found <= most for found in seen), seen
