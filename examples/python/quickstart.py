"""A sandbox from its creation to its end, on a server of this program's own: no account, no network.

scripts/run python examples/python/quickstart.py
"""

import hashlib
import sys

import sandbox_sdk

DATA = bytes(range(256))


def expect(fact: bool, complaint: str) -> None:
    if not fact:
        sys.exit(f"quickstart: {complaint}")


def main() -> None:
    with sandbox_sdk.local() as client:
        sandbox = client.sandboxes.create(name="quickstart")
        print(f"created: {sandbox.name}")

        uploaded = client.sandboxes.upload(sandbox.id, path="/data/bytes.bin", file=DATA)
        print(f"uploaded: {uploaded.size} bytes to {uploaded.path}")

        run = client.sandboxes.execute(sandbox.id, command="sha256sum /data/bytes.bin")
        expect(run.stdout[:64] == hashlib.sha256(DATA).hexdigest(), "the digests differ")
        print("sha256: the same in the sandbox and here")

        downloaded = client.sandboxes.download(sandbox.id, path="/data/bytes.bin")
        expect(downloaded.content == DATA, "the download differs from the upload")
        print(f"downloaded: {len(downloaded.content)} bytes, equal to the upload")

        page = client.sandboxes.list()
        expect([item.id for item in page.data] == [sandbox.id], "the list shows something else")
        print(f"listed: {page.data[0].name}")

        try:
            client.sandboxes.delete("no-such-sandbox")
            expect(False, "an unknown sandbox was deleted")
        except sandbox_sdk.NotFoundError as error:
            print(f"refused: {error.code}, status {error.status_code}: {error.body['error']['message']}")

        client.sandboxes.delete(sandbox.id)
        print(f"deleted: {sandbox.name}")


if __name__ == "__main__":
    try:
        main()
    except sandbox_sdk.SandboxSDKError as error:
        sys.exit(f"quickstart: {error}")
