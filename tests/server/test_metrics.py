"""GET /metrics, read by Prometheus' own parser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness import marker, read_proc, sleepers, wait_until
from prometheus_client.parser import text_string_to_metric_families

METRICS = "/metrics"


def read(server, **headers) -> dict:
    answer = server.call("GET", METRICS, headers=headers)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(answer.body.decode())}
    assert all(family.documentation and family.type != "unknown" for family in families.values())
    return families


def value(families: dict, name: str, **labels) -> float:
    """The sum of the samples with these labels."""
    return sum(
        sample.value
        for family in families.values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.fixture
def own(start):
    return start("--ephemeral")


EXECUTE = "/v1/sandboxes/{id}/execute"


def test_requests_are_counted_by_route_and_status(own):
    sandbox = own.create()
    for _ in range(3):
        own.execute(sandbox, "true")
    own.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {})
    own.call("GET", "/v1/sandboxes/list", headers={"x-api-key": "wrong"})
    own.call("GET", "/nothing")

    def are_counted():
        now = read(own)
        return [
            value(now, "sandboxd_requests_total", route=EXECUTE, method="POST", status="200"),
            value(now, "sandboxd_requests_total", route=EXECUTE, status="422"),
            value(now, "sandboxd_requests_total", route="", status="401"),
            value(now, "sandboxd_requests_total", route="", status="404"),
            value(now, "sandboxd_refused_total", reason="validation_error"),
            value(now, "sandboxd_refused_total", reason="authentication_error"),
            value(now, "sandboxd_request_duration_seconds_count", route=EXECUTE),
        ] == [3, 1, 1, 1, 1, 1, 4]

    # A request is counted when it has ended, which is after its client has the answer.
    assert wait_until(are_counted)


def test_histogram_is_one(own):
    sandbox = own.create()
    own.execute(sandbox, "sleep 0.3")
    own.execute(sandbox, "true")
    assert wait_until(lambda: value(read(own), "sandboxd_request_duration_seconds_count", route=EXECUTE) == 2)
    samples = [s for s in read(own)["sandboxd_request_duration_seconds"].samples if s.labels.get("route") == EXECUTE]
    buckets = [(float(s.labels["le"]), s.value) for s in samples if s.name.endswith("_bucket")]
    assert buckets == sorted(buckets)
    counts = [count for _, count in buckets]
    assert counts == sorted(counts)
    assert buckets[-1] == (float("inf"), 2)
    assert dict(buckets)[0.25] <= 1, "one of them took longer"
    total = next(s.value for s in samples if s.name.endswith("_sum"))
    assert 0.3 <= total < 60


def test_bytes_and_what_there_is(own, mark):
    sandbox = own.create()
    before = read(own)
    own.upload(sandbox, "/data/f", b"x" * 300_000)
    own.download(sandbox, "/data/f")
    connection = own.connection()
    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    own.send(connection, "POST", path, {"command": f"sleep {mark}"}, {"Accept": "text/event-stream"})
    assert wait_until(lambda: sleepers(mark))
    during = read(own)
    assert value(during, "sandboxd_running_commands") == 1
    assert value(during, "sandboxd_waiting_commands") == value(during, "sandboxd_waiting_requests") == 0
    assert value(during, "sandboxd_sandboxes") == 1
    assert value(during, "sandboxd_broken_sandboxes") == 0
    assert (
        value(during, "sandboxd_volumes") == own.call("GET", "/v1/volumes/list").json["pagination"]["total_items"] == 1
    )
    assert value(during, "sandboxd_connections", key="shown") >= 2
    connection.close()
    assert wait_until(lambda: value(read(own), "sandboxd_running_commands") == 0)

    def grown(name):
        return value(read(own), name) - value(before, name)

    assert wait_until(lambda: grown("sandboxd_received_bytes_total") > 300_000)
    assert wait_until(lambda: grown("sandboxd_sent_bytes_total") > 300_000)
    assert grown("sandboxd_received_bytes_total") < 400_000


def test_bytes_of_a_directory(own):
    sandbox = own.create()
    own.upload(sandbox, "/data/folder/f", b"x" * 9_000_000)
    before = value(read(own), "sandboxd_sent_bytes_total")
    path = f"/v1/sandboxes/{sandbox['id']}/download?path=/data/folder"
    assert len(own.call("GET", path, headers={"Accept": "application/x-tar"}).body) > 9_000_000
    download = "/v1/sandboxes/{id}/download"
    assert wait_until(lambda: value(read(own), "sandboxd_requests_total", method="GET", route=download) == 1)
    assert value(read(own), "sandboxd_sent_bytes_total") - before > 9_000_000


def test_the_process(own):
    now = read(own)
    pages = int(read_proc(own.pid, "statm").split()[1])
    memory = value(now, "process_resident_memory_bytes")
    assert 0.5 < memory / (pages * os.sysconf("SC_PAGE_SIZE")) < 2
    if os.geteuid() == 0:
        assert abs(value(now, "process_open_fds") - len(list(Path(f"/proc/{own.pid}/fd").iterdir()))) <= 2
    assert value(now, "process_max_fds") > 100
    assert value(now, "process_cpu_seconds_total") > 0
    assert value(now, "sandboxd_build_info") == 1


def test_nothing_in_it_tells_who_or_what(own):
    secret = marker()
    sandbox = own.create(name=f"n{secret}", env_vars={"A": secret})
    own.execute(sandbox, f"echo {secret}")
    own.upload(sandbox, f"/data/{secret}", secret.encode())
    own.call("GET", f"/v1/{secret}/x?path={secret}")
    own.call(f"M{secret}", "/v1/sandboxes/list")
    text = own.call("GET", METRICS).body.decode()
    for hidden in [secret, own.key, sandbox["id"]]:
        assert hidden not in text


def test_who_may_read_it(own):
    assert own.call("GET", METRICS, headers={"x-api-key": None}).status == 401
    wrong = {"x-api-key": None, "Authorization": "Bearer wrong"}
    assert own.call("GET", METRICS, headers=wrong).status == 401
    # As Prometheus sends it from its `authorization: credentials_file`.
    right = {"x-api-key": None, "Authorization": f"Bearer {own.key}"}
    assert own.call("GET", METRICS, headers=right).status == 200
    assert own.call("GET", "/v1/sandboxes/list", headers=right).status == 401
