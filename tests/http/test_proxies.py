"""Proxies: which requests go through which, what they get to see, and what is said of those that refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from conftest import KEY, LIST
from origin import Origin
from proxies import HttpProxy, Proxy, SocksProxy

Drive = Callable[..., list[dict[str, Any]]]
Closing = Callable[[Any], Any]


@pytest.fixture
def proxy(closing: Closing) -> HttpProxy:
    return closing(HttpProxy())


def assert_reached(results: list[dict[str, Any]], through: Proxy, host: str, port: int) -> None:
    assert [result["status"] for result in results] == ["ok"], results
    assert [(tunnel.host, tunnel.port) for tunnel in through.tunnels] == [(host, port)]


def test_http_goes_through_an_http_proxy(drive: Drive, origin: Origin, proxy: HttpProxy) -> None:
    results = drive(origin.url_of("far.test"), {"proxy": f"http://{proxy.address}"})
    assert_reached(results, proxy, "far.test", origin.port)
    assert proxy.heads[0].startswith(f"GET http://far.test:{origin.port}/v1/sandboxes/list")
    assert origin.requests[0].header("x-api-key") == KEY


@pytest.mark.parametrize("scheme", ["http://", "HTTP://", ""])
def test_https_goes_through_a_tunnel_that_hides_the_key(
    drive: Drive, closing: Closing, proxy: HttpProxy, authority: Authority, scheme: str
) -> None:
    origin = closing(Origin(tls=authority.context("far.test")))
    http = {"proxy": scheme + proxy.address, "ca_file": authority.file}
    assert_reached(drive(origin.url_of("far.test"), http), proxy, "far.test", origin.port)
    head = proxy.heads[0]
    assert head.startswith(f"CONNECT far.test:{origin.port}")
    assert KEY not in head and "x-api-key" not in head.lower()
    assert KEY.encode() not in bytes(proxy.tunnels[0].seen)
    assert origin.requests[0].header("x-api-key") == KEY
    assert origin.requests[0].header("proxy-authorization") is None


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("beside", [False, True])
def test_an_http_proxy_is_told_user_and_password(
    drive: Drive, closing: Closing, authority: Authority, tls: bool, beside: bool
) -> None:
    proxy = closing(HttpProxy(username="me@home", password="p:w/ö"))
    origin = closing(Origin(tls=authority.context("far.test") if tls else None))
    if beside:
        http = {"proxy": proxy.address, "proxy_username": "me@home", "proxy_password": "p:w/ö"}
    else:
        http = {"proxy": f"http://me%40home:p%3Aw%2F%C3%B6@{proxy.address}"}
    if tls:
        http["ca_file"] = authority.file
    assert_reached(drive(origin.url_of("far.test"), http), proxy, "far.test", origin.port)
    assert proxy.given == [("me@home", "p:w/ö")]
    assert origin.requests[0].header("proxy-authorization") is None


def test_an_https_proxy_is_reached_over_tls(drive: Drive, closing: Closing, authority: Authority) -> None:
    proxy = closing(HttpProxy(username="me", password="pw", tls=authority.context()))
    origin = closing(Origin(tls=authority.context("far.test")))
    http = {"proxy": f"https://me:pw@{proxy.address}", "ca_data": authority.pem.decode()}
    assert_reached(drive(origin.url_of("far.test"), http), proxy, "far.test", origin.port)
    assert proxy.given == [("me", "pw")]


def test_an_https_proxy_that_nobody_vouches_for_is_refused(
    drive: Drive, closing: Closing, authority: Authority, origin: Origin
) -> None:
    """Also where the server's certificate may be any."""
    proxy = closing(HttpProxy(tls=authority.context()))
    for http in ({}, {"accept_invalid_certificates": True}):
        [result] = drive(origin.url, {"proxy": f"https://{proxy.address}", **http}, max_retries=2)
        assert result["status"] == "connection" and result["attempts"] == 1
        assert "the proxy's certificate comes from an unknown authority" in result["message"]
        assert not proxy.heads and not origin.requests


def test_an_https_proxy_whose_certificate_was_revoked_is_refused(
    drive: Drive, closing: Closing, authority: Authority, origin: Origin, tmp_path: Path
) -> None:
    proxy = closing(HttpProxy(tls=authority.context()))
    file = tmp_path / "revocations.pem"
    http = {"proxy": f"https://{proxy.address}", "ca_file": authority.file, "crl_file": file}
    file.write_text(authority.revocations())
    assert drive(origin.url, http)[0]["status"] == "ok"
    file.write_text(authority.revocations(authority.serial_numbers[-1]))
    [result] = drive(origin.url, http, max_retries=2)
    assert result["status"] == "connection" and result["attempts"] == 1 and not result["outcome_unknown"]
    assert "the proxy's certificate was revoked; it has to be replaced" in result["message"]
    assert len(proxy.heads) == 1 and len(origin.requests) == 1


@pytest.mark.parametrize("scheme, seen", [("socks5", "127.0.0.1"), ("socks5h", "localhost")])
def test_a_socks_proxy_is_told_user_password_and_place(
    drive: Drive, closing: Closing, origin: Origin, scheme: str, seen: str
) -> None:
    proxy = closing(SocksProxy(username="me", password="p w"))
    results = drive(origin.url_of("localhost"), {"proxy": f"{scheme}://me:p%20w@127.0.0.1:{proxy.port}"})
    assert [result["status"] for result in results] == ["ok"]
    assert proxy.given == [("me", "p w")]
    # libcurl may try the IPv6 address of the name before.
    assert proxy.tunnels[-1].host in (seen, "::1") and proxy.tunnels[-1].port == origin.port


def test_socks_carries_tls(drive: Drive, closing: Closing, authority: Authority) -> None:
    proxy = closing(SocksProxy())
    origin = closing(Origin(tls=authority.context("far.test")))
    http = {"proxy": f"socks5h://127.0.0.1:{proxy.port}", "ca_file": authority.file}
    assert_reached(drive(origin.url_of("far.test"), http), proxy, "far.test", origin.port)
    assert KEY.encode() not in bytes(proxy.tunnels[0].seen)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("credentials", ["", "me:secret-wrong-password@"])
def test_a_proxy_that_refuses_the_password_is_final(
    drive: Drive, closing: Closing, authority: Authority, tls: bool, credentials: str
) -> None:
    proxy = closing(HttpProxy(username="me", password="right"))
    origin = closing(Origin(tls=authority.context("far.test") if tls else None))
    http = {"proxy": f"http://{credentials}{proxy.address}"}
    [result] = drive(origin.url_of("far.test"), http, max_retries=2, log_level=3)
    assert result["attempts"] == 1 and not origin.requests
    assert "secret-wrong-password" not in str(result)
    if tls:
        assert result["status"] == "connection" and not result["retryable"] and not result["outcome_unknown"]
        assert "the proxy refuses the user name and the password, or wants some" in result["message"]
    else:
        assert result["status"] == "status" and result["http_status"] == 407


@pytest.mark.parametrize("refusal, attempts", [(403, 1), (503, 2)])
def test_a_proxy_that_cannot_reach_the_server_may_later(
    drive: Drive, closing: Closing, refusal: int, attempts: int
) -> None:
    proxy = closing(HttpProxy(refusal=refusal))
    create = {"operation": "sandboxes.create", "arguments": {}}
    [result] = drive("https://far.test", {"proxy": proxy.address}, create, max_retries=1)
    assert result["status"] == "connection" and result["attempts"] == attempts == len(proxy.heads)
    assert not result["outcome_unknown"] and str(refusal) in result["message"]


@pytest.mark.parametrize(
    "username, refusal, attempts, words",
    [
        ("me", 0, 1, "the proxy refuses the user name and the password"),
        (None, 2, 1, "the proxy refuses to connect to the server"),
        (None, 4, 2, ""),
    ],
)
def test_a_socks_proxy_that_refuses(
    drive: Drive, closing: Closing, username: str | None, refusal: int, attempts: int, words: str
) -> None:
    proxy = closing(SocksProxy(username=username, password="right", refusal=refusal))
    [result] = drive("http://far.test", {"proxy": f"socks5h://me:secret@127.0.0.1:{proxy.port}"}, max_retries=1)
    assert result["status"] == "connection" and result["attempts"] == attempts
    assert words in result["message"] and "secret" not in str(result)


def test_no_proxy_keeps_hosts_from_it(drive: Drive, origin: Origin, proxy: HttpProxy) -> None:
    for hosts, used in [
        ("127.0.0.1", False),
        ("other.test, 127.0.0.1", False),
        ("127.0.0.0/8", False),
        ("*", False),
        ("other.test", True),
        ("", True),
    ]:
        del proxy.tunnels[:]
        assert drive(origin.url, {"proxy": proxy.address, "no_proxy": hosts})[0]["status"] == "ok"
        assert bool(proxy.tunnels) is used, hosts


def test_no_proxy_holds_for_subdomains(drive: Drive, origin: Origin, proxy: HttpProxy) -> None:
    port = origin.port
    here = {"name_overrides": [f"a.far.test:{port}:127.0.0.1", f"afar.test:{port}:127.0.0.1"]}
    http = {"proxy": proxy.address, "no_proxy": "far.test", **here}
    assert drive(f"http://a.far.test:{port}", http)[0]["status"] == "ok" and not proxy.tunnels
    assert drive(f"http://afar.test:{port}", http)[0]["status"] == "ok" and proxy.tunnels


def test_without_options_no_proxy_is_used(drive: Drive, origin: Origin) -> None:
    assert drive(origin.url)[0]["status"] == "ok"
    assert drive(origin.url, {})[0]["status"] == "ok"


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_environment_names_a_proxy_of_http(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str], name: str
) -> None:
    environment[name] = f"http://{proxy.address}"
    assert_reached(drive(f"http://far.test:{origin.port}"), proxy, "far.test", origin.port)


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_environment_names_a_proxy_of_https(
    drive: Drive, closing: Closing, authority: Authority, proxy: HttpProxy, environment: dict[str, str], name: str
) -> None:
    origin = closing(Origin(tls=authority.context("far.test")))
    environment[name] = f"http://{proxy.address}"
    results = drive(origin.url_of("far.test"), {"ca_file": authority.file})
    assert_reached(results, proxy, "far.test", origin.port)


def test_the_proxy_of_the_other_scheme_is_not_used(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str]
) -> None:
    environment["https_proxy"] = environment["HTTPS_PROXY"] = proxy.address
    assert drive(origin.url)[0]["status"] == "ok"
    assert not proxy.tunnels and len(origin.requests) == 1


def test_lower_case_goes_first_and_its_own_before_all(
    drive: Drive, closing: Closing, origin: Origin, proxy: HttpProxy, environment: dict[str, str]
) -> None:
    other = closing(HttpProxy())
    environment.update(http_proxy=proxy.address, HTTP_PROXY=other.address, all_proxy=other.address)
    assert_reached(drive(f"http://far.test:{origin.port}"), proxy, "far.test", origin.port)
    assert not other.tunnels


def test_an_empty_one_in_lower_case_hides_the_other(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str]
) -> None:
    environment.update(http_proxy="", HTTP_PROXY=proxy.address)
    assert drive(origin.url)[0]["status"] == "ok" and not proxy.tunnels


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_the_environment_keeps_hosts_from_a_proxy(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str], name: str
) -> None:
    environment[name] = "127.0.0.1"
    for http in ({"proxy": proxy.address}, None):
        environment["http_proxy"] = "" if http else proxy.address
        assert drive(origin.url, http)[0]["status"] == "ok"
    assert not proxy.tunnels and len(origin.requests) == 2


def test_the_environment_is_ignored_when_told_so(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str]
) -> None:
    environment["http_proxy"] = environment["ALL_PROXY"] = proxy.address
    for http in ({"environment_proxies": False}, {"proxy": ""}):
        assert drive(origin.url, http)[0]["status"] == "ok"
    assert not proxy.tunnels and len(origin.requests) == 2
    environment["no_proxy"] = "*"
    assert drive(origin.url, {"environment_proxies": False, "proxy": proxy.address})[0]["status"] == "ok"
    assert proxy.tunnels


def test_an_option_beats_the_environment(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str]
) -> None:
    environment["http_proxy"] = "http://127.0.0.1:1"
    environment["no_proxy"] = "127.0.0.1"
    results = drive(origin.url, {"proxy": proxy.address, "no_proxy": "other.test"})
    assert_reached(results, proxy, "127.0.0.1", origin.port)


def test_a_cgi_program_does_not_take_its_callers_proxy(
    drive: Drive, origin: Origin, proxy: HttpProxy, environment: dict[str, str]
) -> None:
    environment.update(HTTP_PROXY=proxy.address, REQUEST_METHOD="GET")
    assert drive(origin.url)[0]["status"] == "ok" and not proxy.tunnels
    environment["http_proxy"] = proxy.address
    assert drive(origin.url)[0]["status"] == "ok" and proxy.tunnels


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_wrong_one_in_the_environment_is_named_without_its_value(
    drive: Drive, environment: dict[str, str], name: str
) -> None:
    environment[name] = "ftp://me:secret-word@host"
    [result] = drive("http://127.0.0.1:1")
    assert result["status"] == "configuration" and result["argument"] == name
    assert "its scheme must be" in result["message"] and "secret-word" not in str(result)


def test_passwords_of_proxies_are_in_no_log(
    drive: Drive, origin: Origin, closing: Closing, environment: dict[str, str]
) -> None:
    proxy = closing(HttpProxy(username="me", password="secret-word"))
    environment["http_proxy"] = f"http://me:secret-word@{proxy.address}"
    [result] = drive(origin.url, log_level=3)
    assert result["status"] == "ok" and "GET" in result["log"] and "secret-word" not in str(result)


def test_a_local_server_is_reached_directly(drive: Drive, proxy: HttpProxy, environment: dict[str, str]) -> None:
    environment["http_proxy"] = environment["all_proxy"] = proxy.address
    assert [result["status"] for result in drive(None, None, LIST, local=True)] == ["ok"]
    assert drive(None, {"max_connections": 3}, LIST, local=True)[0]["status"] == "ok"
    assert not proxy.tunnels
    for http, argument in [({"proxy": proxy.address}, "proxy"), ({"unix_socket": "/run/x"}, "unix_socket")]:
        [result] = drive(None, http, LIST, local=True)
        assert result["status"] == "configuration" and result["argument"] == argument
