from __future__ import annotations

import pytest
from account import Account
from harness import Host


@pytest.fixture
def host():
    """A server that needs no account, before any handshake."""
    with Host("--local") as made:
        yield made


@pytest.fixture
def old(host):
    """One that a host of the older revisions has shaken hands with."""
    host.shake_hands()
    return host


@pytest.fixture
def account(tmp_path):
    made = Account(tmp_path / "account")
    yield made
    made.end()
