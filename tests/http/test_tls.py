"""Certificates: which are taken, which are refused, in which words, and that a refusal is final."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, encrypt_key, self_signed, serial_number
from conftest import KEY
from origin import Origin, answer, linger

Drive = Callable[..., list[dict[str, Any]]]
Closing = Callable[[Any], Any]

CREATE = {"operation": "sandboxes.create", "arguments": {}}


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


def hashed(folder: Path, *files: Path) -> Path:
    """A directory of authorities as `openssl rehash` leaves it."""
    folder.mkdir()
    for file in files:
        shutil.copy(file, folder)
    subprocess.run(["openssl", "rehash", str(folder)], check=True, capture_output=True)
    return folder


def ways_to_trust(authority: Authority, folder: Path) -> list[dict[str, Any]]:
    return [
        {"ca_file": authority.file},
        {"ca_data": authority.pem.decode()},
        {"ca_directory": hashed(folder / "hashed", authority.file)},
    ]


def assert_refused(results: list[dict[str, Any]], origin: Origin, words: str) -> None:
    """One attempt, no doubt, one line, and nothing of the request on the wire."""
    [result] = results
    assert result["status"] == "connection" and words in result["message"], result
    assert result["attempts"] == 1 and not result["retryable"] and not result["outcome_unknown"]
    assert "\n" not in result["message"] and KEY not in result["message"]
    assert not origin.requests


def test_authorities_by_file_memory_and_directory(
    drive: Drive, closing: Closing, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    known = closing(Origin(tls=authority.context()))
    unknown = closing(Origin(tls=stranger.context()))
    for http in ways_to_trust(authority, tmp_path):
        assert drive(known.url, http)[0]["status"] == "ok", http
        assert_refused(drive(unknown.url, http, CREATE, max_retries=2), unknown, "unknown authority")


def test_a_file_and_a_directory_hold_together(
    drive: Drive, closing: Closing, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    http = {"ca_file": authority.file, "ca_directory": hashed(tmp_path / "hashed", stranger.file)}
    for signer in (authority, stranger):
        assert drive(closing(Origin(tls=signer.context())).url, http)[0]["status"] == "ok"


def test_the_systems_authorities_are_the_default(drive: Drive, closing: Closing, authority: Authority) -> None:
    origin = closing(Origin(tls=authority.context()))
    for http in (None, {}, {"minimum_tls": 1}):
        assert_refused(drive(origin.url, http, CREATE, max_retries=2), origin, "unknown authority")
    assert "ca_file" in drive(origin.url)[0]["message"]


def test_the_environment_names_authorities(
    drive: Drive,
    closing: Closing,
    environment: dict[str, str],
    authority: Authority,
    stranger: Authority,
    tmp_path: Path,
) -> None:
    """As for OpenSSL's own programs: in the place of the system's, and what is given to the client goes first."""
    known, unknown = closing(Origin(tls=authority.context())), closing(Origin(tls=stranger.context()))
    for variable, value in (
        ("SSL_CERT_FILE", authority.file),
        ("SSL_CERT_DIR", hashed(tmp_path / "hashed", authority.file)),
    ):
        environment[variable] = str(value)
        assert drive(known.url)[0]["status"] == "ok", variable
        assert drive(known.url, {"minimum_tls": 1})[0]["status"] == "ok", variable
        assert_refused(drive(unknown.url), unknown, "unknown authority")
        (tmp_path / variable).mkdir()
        for http in ways_to_trust(stranger, tmp_path / variable):
            assert drive(unknown.url, http)[0]["status"] == "ok", http
            [refused] = drive(known.url, http)
            assert "unknown authority" in refused["message"], http
        unknown.requests.clear()
        del environment[variable]
    environment.update(SSL_CERT_FILE=str(authority.file), SSL_CERT_DIR=str(hashed(tmp_path / "other", stranger.file)))
    assert [drive(origin.url)[0]["status"] for origin in (known, unknown)] == ["ok", "ok"]


def test_authorities_that_are_not_there(
    drive: Drive, closing: Closing, environment: dict[str, str], authority: Authority, tmp_path: Path
) -> None:
    origin = closing(Origin(tls=authority.context()))
    environment["SSL_CERT_FILE"] = str(tmp_path / "missing.pem")
    results = drive(origin.url, None, CREATE, max_retries=2)
    assert_refused(results, origin, "the authorities to trust cannot be read; install the system's")
    assert "missing.pem" in results[0]["message"]
    assert drive(origin.url, {"ca_file": authority.file})[0]["status"] == "ok"
    assert drive(origin.url, {"accept_invalid_certificates": True})[0]["status"] == "ok"


def test_expired(drive: Drive, closing: Closing, authority: Authority) -> None:
    origin = closing(Origin(tls=authority.context(expired=True)))
    results = drive(origin.url, {"ca_file": authority.file}, CREATE, max_retries=2)
    assert_refused(results, origin, "the server's certificate has expired; it has to be renewed")


def test_of_another_host(drive: Drive, closing: Closing, authority: Authority) -> None:
    origin = closing(Origin(tls=authority.context("other.test")))
    results = drive(origin.url, {"ca_file": authority.file}, CREATE, max_retries=2)
    assert_refused(results, origin, "the certificate is for another host; is the URL right?")


def test_self_signed(drive: Drive, closing: Closing, tmp_path: Path) -> None:
    context, file = self_signed(tmp_path)
    origin = closing(Origin(tls=context))
    here = {"name_overrides": [f"self.test:{origin.port}:127.0.0.1"]}
    url = origin.url_of("self.test")
    assert_refused(drive(url, here, CREATE, max_retries=2), origin, "the server's certificate is signed by itself")
    assert drive(url, {**here, "ca_file": file})[0]["status"] == "ok"


def test_a_server_without_tls(drive: Drive, closing: Closing) -> None:
    class Plain(Origin):
        def serve(self, stream: socket.socket, number: int) -> None:
            stream.recv(1)
            stream.sendall(answer(status=400))
            linger(stream)

    origin = closing(Plain())
    results = drive(f"https://127.0.0.1:{origin.port}", None, CREATE, max_retries=2)
    assert_refused(results, origin, "the other side does not speak TLS")


def test_a_connection_that_breaks_in_the_handshake_is_made_again(drive: Drive, closing: Closing) -> None:
    """Nothing is wrong with a certificate there."""

    class Hangup(Origin):
        def serve(self, stream: Any, number: int) -> None:
            stream.recv(1)

    origin = closing(Hangup())
    [result] = drive(f"https://127.0.0.1:{origin.port}", None, CREATE, max_retries=1)
    assert result["status"] == "connection" and result["attempts"] == 2 and origin.connections == 2
    assert result["retryable"] and not result["outcome_unknown"]


def test_any_certificate_is_taken_only_by_name(
    drive: Drive, closing: Closing, authority: Authority, tmp_path: Path
) -> None:
    for context in (authority.context(expired=True), authority.context("other.test"), self_signed(tmp_path)[0]):
        origin = closing(Origin(tls=context))
        assert drive(origin.url, {"accept_invalid_certificates": False})[0]["status"] == "connection"
        assert drive(origin.url, {"accept_invalid_certificates": True})[0]["status"] == "ok"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_the_oldest_version_of_tls(drive: Drive, closing: Closing, authority: Authority) -> None:
    def origin_of(newest: ssl.TLSVersion) -> Origin:
        context = authority.context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
        return closing(Origin(tls=context))

    trust = {"ca_file": authority.file}
    old, usual, new = (origin_of(v) for v in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3))
    for http in (trust, {**trust, "minimum_tls": 1}):
        assert_refused(drive(old.url, http, CREATE, max_retries=2), old, "TLS")
        assert drive(usual.url, http)[0]["status"] == "ok"
        assert drive(new.url, http)[0]["status"] == "ok"
    third = {**trust, "minimum_tls": 2}
    results = drive(usual.url, third, CREATE, max_retries=2)
    del usual.requests[:2]
    assert_refused(results, usual, "no version of TLS in common")
    assert drive(new.url, third)[0]["status"] == "ok"


@pytest.fixture
def guarded(closing: Closing, authority: Authority) -> Callable[[ssl.TLSVersion], Origin]:
    """Makes servers that want a client's certificate of the authority."""

    def make(newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Origin:
        context = authority.context()
        context.maximum_version = newest
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.file)
        return closing(Origin(tls=context))

    return make


def test_a_clients_certificate_by_file_and_memory(
    drive: Drive, guarded: Callable[..., Origin], authority: Authority, tmp_path: Path
) -> None:
    certificate, key = authority.client("client.test")
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    locked = encrypt_key(key, b"a pass phrase")
    origin = guarded()
    for http in (
        {"certificate_file": certificate, "key_file": key},
        {"certificate_file": both},
        {"certificate_data": certificate.read_text(), "key_data": key.read_text()},
        {"certificate_data": both.read_text()},
        {"certificate_file": certificate, "key_data": key.read_text()},
        {"certificate_file": certificate, "key_file": locked, "key_password": "a pass phrase"},
        {"certificate_data": certificate.read_text(), "key_data": locked.read_text(), "key_password": "a pass phrase"},
    ):
        assert drive(origin.url, {"ca_file": authority.file, **http})[0]["status"] == "ok", http


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_refuses_the_client(
    drive: Drive, guarded: Callable[..., Origin], authority: Authority, stranger: Authority, newest: ssl.TLSVersion
) -> None:
    """In TLS 1.3 the refusal comes when the request may have left, and yet nobody has read it."""
    trust = {"ca_file": authority.file}
    origin = guarded(newest)
    missing = drive(origin.url, trust, CREATE, max_retries=2)
    wanted = "certificate" if newest == ssl.TLSVersion.TLSv1_3 else "does it want a certificate of the client's?"
    assert_refused(missing, origin, wanted)
    certificate, key = stranger.client("client.test")
    unknown = drive(origin.url, {**trust, "certificate_file": certificate, "key_file": key}, CREATE, max_retries=2)
    assert_refused(unknown, origin, "the server does not know the authority of the client's certificate")
    assert origin.connections == 2


def test_a_certificate_and_a_key_that_do_not_fit(
    drive: Drive, guarded: Callable[..., Origin], authority: Authority
) -> None:
    certificate, key = authority.client("client.test")
    _, other = authority.client("other.test")
    locked = encrypt_key(key, b"a pass phrase")
    origin = guarded()
    for http in (
        {"certificate_file": certificate, "key_file": other},
        {"certificate_file": certificate, "key_file": locked, "key_password": "a wrong phrase"},
        {"certificate_data": certificate.read_text(), "key_data": locked.read_text(), "key_password": "a wrong phrase"},
    ):
        results = drive(origin.url, {"ca_file": authority.file, **http}, CREATE, max_retries=2)
        assert_refused(results, origin, "the client's certificate cannot be used")
        assert "phrase" not in re.sub("pass phrase", "", str(results))


def test_authorities_that_vanish_or_are_none(
    drive: Drive, closing: Closing, authority: Authority, tmp_path: Path
) -> None:
    """What looks like a certificate and is none is found by TLS alone."""
    origin = closing(Origin(tls=authority.context()))
    lines = authority.pem.decode().splitlines()
    broken = "\n".join([lines[0], "AAAA", lines[-1], ""])
    file = tmp_path / "broken.pem"
    file.write_text(broken)
    for http in ({"ca_file": file}, {"ca_data": broken}):
        assert_refused(drive(origin.url, http, CREATE, max_retries=2), origin, "cannot be read")


REVOKED = "was revoked; it has to be replaced"
NO_LIST = "crl_file has no list of the authority of the server's certificate, or of one above it"


@pytest.fixture
def listed(authority: Authority, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Trust in the authority, with the lists of revoked certificates that are given as one file."""

    def write(*lists: str) -> dict[str, Any]:
        file = tmp_path / "revocations.pem"
        file.write_text("".join(lists))
        return {"ca_file": authority.file, "crl_file": file}

    return write


def test_revoked(drive: Drive, closing: Closing, authority: Authority, listed: Callable[..., dict[str, Any]]) -> None:
    good = closing(Origin(tls=authority.context()))
    revoked = closing(Origin(tls=authority.context()))
    http = listed(authority.revocations(authority.serial_numbers[-1]))
    assert drive(good.url, http)[0]["status"] == "ok"
    assert_refused(drive(revoked.url, http, CREATE, max_retries=2), revoked, "the server's certificate " + REVOKED)
    assert drive(revoked.url, {"ca_file": authority.file})[0]["status"] == "ok"


def test_of_every_authority_a_list_must_be_there(
    drive: Drive,
    closing: Closing,
    authority: Authority,
    stranger: Authority,
    listed: Callable[..., dict[str, Any]],
    tmp_path: Path,
) -> None:
    between = Authority(tmp_path, "between", above=authority)
    origin = closing(Origin(tls=between.context()))
    top, own = authority.revocations(), between.revocations()
    for lists in ([top], [own], [stranger.revocations()], [stranger.revocations(), top]):
        assert_refused(drive(origin.url, listed(*lists), CREATE, max_retries=2), origin, NO_LIST)
    without_between = authority.revocations(serial_number(between.pem))
    assert_refused(drive(origin.url, listed(without_between, own), CREATE, max_retries=2), origin, REVOKED)
    assert drive(origin.url, listed(top, own))[0]["status"] == "ok"


def test_a_list_that_cannot_be_relied_on(
    drive: Drive, closing: Closing, authority: Authority, listed: Callable[..., dict[str, Any]]
) -> None:
    origin = closing(Origin(tls=authority.context()))
    results = drive(origin.url, listed(authority.revocations(expired=True)), CREATE, max_retries=2)
    assert_refused(results, origin, "a list of revoked certificates in crl_file has expired; it has to be renewed")
    first, *_, last = authority.revocations().splitlines()
    results = drive(origin.url, listed("\n".join([first, "AAAA", last, ""])), CREATE, max_retries=2)
    assert_refused(results, origin, "the lists of revoked certificates in crl_file cannot be read")


def test_a_new_list_counts_for_the_next_connection(
    drive: Drive, closing: Closing, authority: Authority, listed: Callable[..., dict[str, Any]]
) -> None:
    """Also where TLS would resume a session, in which the server shows no certificate again."""

    class Revoking(Origin):
        def serve_one(self, stream: socket.socket, number: int) -> bool:
            listed(authority.revocations(authority.serial_numbers[-1]))
            return super().serve_one(stream, number)

    origin = closing(Revoking(tls=authority.context(), keep_alive=False, answers=[answer(Connection="close")]))
    first, second = drive(origin.url, listed(authority.revocations()), CREATE, CREATE)
    assert first["status"] == "ok" and second["status"] == "connection" and REVOKED in second["message"], second
    assert len(origin.requests) == 1


DOWNLOAD = {"operation": "sandboxes.download", "arguments": {"id": "a", "path": "/f"}}


@pytest.mark.parametrize(
    "head, call, status",
    [
        ("", DOWNLOAD, "connection"),
        ("Content-Length: 2\r\n", DOWNLOAD, "ok"),
        ("", CREATE, "ok"),
    ],
)
def test_an_answer_that_nothing_but_tcp_ends(
    drive: Drive, closing: Closing, authority: Authority, head: str, call: dict[str, Any], status: str
) -> None:
    """TCP can be ended by whoever is on the way; what has no end of its own may have been cut."""
    reply = f"HTTP/1.1 200 OK\r\n{head}\r\n{{}}".encode()
    origin = closing(Origin(tls=authority.context(), answers=[reply], keep_alive=False))
    [result] = drive(origin.url, {"ca_file": authority.file}, call)
    assert result["status"] == status, result
    assert status == "ok" or "its end cannot be trusted" in result["message"]


def test_without_tls_tcp_may_end_an_answer(drive: Drive, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 200 OK\r\n\r\nwhat there is"]
    origin.keep_alive = False
    assert drive(origin.url, None, DOWNLOAD)[0]["body"] == "what there is"


def test_a_redirect_to_plain_http_leaves_the_key_behind(
    drive: Drive, closing: Closing, authority: Authority, origin: Origin
) -> None:
    secure = closing(Origin(tls=authority.context(), answers=[answer(status=302, Location=origin.url + "/else")]))
    assert drive(secure.url, {"ca_file": authority.file})[0]["status"] == "ok"
    assert secure.requests[0].header("x-api-key") == KEY and origin.requests[0].header("x-api-key") is None
