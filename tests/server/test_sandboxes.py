"""Create, list, delete and delete-all."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import short, sleepers, wait_until

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def fresh(start):
    return start("--ephemeral")


def test_create_has_every_field(server):
    server.import_image("some/image:1")
    sandbox = server.create(
        name="all fields", image="some/image:1", env_vars={"A": "1"}, resources={"cpus": 2, "memory": 512, "storage": 3}
    )
    assert TIME.fullmatch(sandbox.pop("created_at"))
    assert re.fullmatch("sbx-[0-9a-f]{20}", sandbox.pop("id"))
    assert sandbox == {
        "name": "all fields",
        "status": "running",
        "cpu": 2,
        "memory": 512,
        "disk_size": 3,
        "storage": 3,
    }


def test_get_is_what_the_list_has(server, sandbox):
    answer = server.call("GET", f"/v1/sandboxes/{sandbox['id']}")
    assert answer.status == 200
    assert answer.json == next(item for item in server.list() if item["id"] == sandbox["id"])
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert server.call("GET", f"/v1/sandboxes/{sandbox['id']}").error["type"] == "not_found"


def test_get_of_what_is_not_there(server):
    for name in ("none", "create", "delete-all", "{id}", "x" * 500):
        answer = server.call("GET", f"/v1/sandboxes/{name}")
        assert answer.status in ({405} if name in ("create", "delete-all") else {404}), name
    assert "data" in server.call("GET", "/v1/sandboxes/list").json, "not a sandbox called list"


def test_create_with_nothing(server):
    answer = server.call("POST", "/v1/sandboxes/create")
    assert answer.status == 200
    assert re.fullmatch(r"sandbox-local-\d{13}", answer.json["name"])


def test_wait_for_ready(server):
    sandbox = server.create(wait_for_ready=True)
    assert server.output(sandbox, "echo ready") == "ready\n"


def test_duplicate_name(server):
    first = server.create(name="only one")
    answer = server.call("POST", "/v1/sandboxes/create", {"name": "only one"})
    assert (answer.status, answer.error["type"], answer.error["field"]) == (409, "conflict", "name")
    assert len(server.folders()) == len(server.list())
    server.call("DELETE", f"/v1/sandboxes/{first['id']}/delete")
    server.create(name="only one")


def test_generated_names_differ(fresh):
    names = []
    threads = [threading.Thread(target=lambda: names.append(fresh.create()["name"])) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 24


def test_list_and_its_pages(fresh):
    assert fresh.call("GET", "/v1/sandboxes/list").json == {
        "data": [],
        "pagination": {"page": 1, "page_size": 20, "total_items": 0, "total_pages": 0},
    }
    made = [fresh.create(name=f"number {i}") for i in range(23)]
    for sandbox in made:
        del sandbox["storage"]
    first = fresh.call("GET", "/v1/sandboxes/list").json
    assert first["data"] == made[:20], "oldest first"
    assert first["pagination"] == {"page": 1, "page_size": 20, "total_items": 23, "total_pages": 2}
    assert fresh.call("GET", "/v1/sandboxes/list?page=2").json["data"] == made[20:]
    third = fresh.call("GET", "/v1/sandboxes/list?page=3&page_size=10").json
    assert third["data"] == made[20:]
    assert third["pagination"] == {"page": 3, "page_size": 10, "total_items": 23, "total_pages": 3}
    assert fresh.call("GET", "/v1/sandboxes/list?page=2147483647&page_size=1000").json["data"] == []
    assert len(fresh.call("GET", "/v1/sandboxes/list?page_size=1&unknown=x").json["data"]) == 1


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "1x", "%20 1", "99999999999999999999", "%2B1"])
def test_bad_page(server, name, value):
    answer = server.call("GET", f"/v1/sandboxes/list?{name}={value.replace(' ', '+')}")
    assert (answer.status, answer.error["field"]) == (422, name)


def test_page_size_has_a_bound(server):
    assert server.call("GET", "/v1/sandboxes/list?page_size=1000").status == 200
    assert server.call("GET", "/v1/sandboxes/list?page_size=1001").status == 422


def test_delete(server):
    sandbox = server.create(name="to be deleted")
    server.output(sandbox, "mkdir -p /data/a/b && echo x > /data/a/b/c && ln -s /etc /data/link")
    assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").json == {
        "id": sandbox["id"],
        "message": "Sandbox deleted",
        "snapshot_created": False,
        "storage_deleted": True,
        "storage_name": f"{sandbox['id']}-data",
    }
    assert not server.folder(sandbox).exists()
    assert sandbox["id"] not in [one["id"] for one in server.list()]
    for method, operation in (("DELETE", "delete"), ("POST", "execute"), ("GET", "download?path=/data/x")):
        body = {"command": "true"} if operation == "execute" else None
        answer = server.call(method, f"/v1/sandboxes/{sandbox['id']}/{operation}", body)
        assert (answer.status, answer.error["type"]) == (404, "not_found")
    assert server.upload(sandbox, "/data/x", b"x").status == 404


@pytest.mark.parametrize(
    "identity", ["none", "..", ".", "sbx-", "%2e%2e", "x" * 1000, "%00", "a%2Fb", "'; DROP TABLE"], ids=short
)
def test_unknown_sandbox(server, identity):
    answer = server.call("DELETE", f"/v1/sandboxes/{identity.replace(' ', '%20')}/delete")
    assert (answer.status, answer.error["type"]) == (404, "not_found")


def test_delete_takes_the_deprecated_field(server):
    path = f"/v1/sandboxes/{server.create()['id']}/delete"
    assert server.call("DELETE", path, {"keep_storage": True, "create_snapshot": False}).json["storage_deleted"] is True


def test_delete_ends_running_commands(server, mark):
    sandbox = server.create()
    results = []
    thread = threading.Thread(target=lambda: results.append(server.execute(sandbox, f"echo begun; sleep {mark}")))
    thread.start()
    assert wait_until(lambda: sleepers(mark))
    assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
    assert sleepers(mark) == []
    thread.join(5)
    assert (results[0]["status"], results[0]["exit_code"], results[0]["stdout"]) == ("error", 137, "begun\n")


def test_delete_of_whatever_a_sandbox_has_made(any_server):
    """A very deep tree, closed directories, odd names, all kinds of files."""
    sandbox = any_server.create()
    any_server.output(
        sandbox,
        "cd /data && mkdir closed && touch closed/file && mkfifo fifo && ln -s / root && touch -- -rf '\n' .removed-0"
        " && mkdir empty && chmod 0 empty && chmod 0 closed && mkdir -p wide && (cd wide && seq 200 | xargs touch) &&"
        ' /usr/bin/python3 -c \'import os\nfor i in range(2100): os.mkdir("d"); os.chdir("d")\'',
    )
    assert any_server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
    assert sandbox["id"] not in any_server.folders()


def test_delete_all(fresh, mark):
    made = [fresh.create()["id"] for _ in range(5)]
    fresh.call("DELETE", f"/v1/sandboxes/{made.pop()}/delete")
    thread = threading.Thread(target=lambda: fresh.execute({"id": made[0]}, f"sleep {mark}"))
    thread.start()
    assert wait_until(lambda: sleepers(mark))
    assert fresh.call("DELETE", "/v1/sandboxes/delete-all").json == {
        "deleted_count": 4,
        "deleted_ids": made,
        "message": "Sandboxes deleted",
        "errors": [],
        "storage_deleted_count": 4,
    }
    assert sleepers(mark) == []
    thread.join()
    assert fresh.list() == []
    assert fresh.folders() == set()
    assert fresh.call("DELETE", "/v1/sandboxes/delete-all").json["deleted_count"] == 0


def test_deletes_at_once_delete_once(fresh):
    for _ in range(5):
        sandbox = fresh.create()
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(fresh.call, "DELETE", f"/v1/sandboxes/{sandbox['id']}/delete") for _ in range(4)]
            statuses = [answer.result().status for answer in answers]
        assert sorted(statuses) == [200, 404, 404, 404]
