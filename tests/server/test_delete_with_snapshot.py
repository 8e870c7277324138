"""A sandbox that is deleted with a snapshot of its storage, while it is used."""

from __future__ import annotations

import threading

from harness import wait_until
from test_snapshots import delete_sandbox, folder
from test_volumes import listed


def test_no_upload_is_lost_by_a_delete_with_a_snapshot(start):
    """Uploads are written by the server, which is not stopped with the sandbox's processes."""
    fresh = start("--ephemeral")
    for turn in range(3):
        sandbox = fresh.create()
        fresh.output(sandbox, "head -c 200000000 /dev/zero > /data/large")
        taken = []

        def upload(part, sandbox=sandbox, taken=taken):
            for number in range(1000):
                name = f"{part}-{number}"
                if fresh.upload(sandbox, f"/data/{name}", b"text").status != 200:
                    break
                taken.append(name)

        threads = [threading.Thread(target=upload, args=(part,)) for part in range(3)]
        for thread in threads:
            thread.start()
        assert wait_until(lambda: len(taken) > 3)  # noqa: B023, it waits here
        answer = delete_sandbox(fresh, sandbox, create_snapshot=True, snapshot_name=f"all {turn}")
        for thread in threads:
            thread.join()
        assert answer.status == 200, answer.body
        (snapshot,) = [one for one in listed(fresh) if one["name"] == f"all {turn}"]
        assert set(taken) <= {entry.name for entry in folder(fresh, snapshot).iterdir()}
