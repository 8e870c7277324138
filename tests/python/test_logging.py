"""The log."""

from __future__ import annotations

import logging
import sys

import pytest
from recorder import Recorder
from sandbox_sdk import SandboxSDK

CALL = """
import sys
from sandbox_sdk import SandboxSDK
SandboxSDK(api_key="secret-key", base_url=sys.argv[1]).sandboxes.list(page=1)
"""


def test_a_program_that_does_not_log_does_not_load_logging(run_python, server: Recorder) -> None:
    forget = "import sys\nsys.modules.pop('logging', None)\n"
    done = run_python(forget + CALL + "print('logging' in sys.modules)", server.url)
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.parametrize("level", ["debug", "info"])
def test_the_environment_turns_the_log_on(run_python, server: Recorder, level: str) -> None:
    server.answer({}, status=503, headers={"retry-after-ms": "1"})
    server.answer({})
    done = run_python(CALL, server.url, SANDBOX_SDK_LOG=level)
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert all(" - sandbox_sdk:" in line for line in lines)
    assert any("INFO" in line for line in lines)
    assert any("DEBUG" in line for line in lines) == (level == "debug")
    assert "secret-key" not in done.stderr


def test_the_programs_own_settings_decide(client: SandboxSDK, server: Recorder, caplog) -> None:
    client.sandboxes.list()
    assert caplog.records == []
    with caplog.at_level(logging.DEBUG, logger="sandbox_sdk"):
        client.sandboxes.list()
        assert {record.levelname for record in caplog.records} == {"DEBUG"}
        assert any("/v1/sandboxes/list" in record.getMessage() for record in caplog.records)
        assert {record.name for record in caplog.records} == {"sandbox_sdk"}
    caplog.clear()
    client.sandboxes.list()
    assert caplog.records == []


def test_info_tells_of_retries(server: Recorder, caplog) -> None:
    with caplog.at_level(logging.INFO, logger="sandbox_sdk"), SandboxSDK(api_key="k", base_url=server.url) as client:
        server.answer({}, status=503, headers={"retry-after-ms": "1"})
        server.answer({})
        client.sandboxes.list()
    (record,) = caplog.records
    assert record.levelname == "INFO"


def test_a_handler_that_fails_changes_nothing(client: SandboxSDK, monkeypatch: pytest.MonkeyPatch) -> None:
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)
    logger = logging.getLogger("sandbox_sdk")
    logger.setLevel(logging.DEBUG)

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("broken handler")

    handler = Broken()
    logger.addHandler(handler)
    try:
        client.sandboxes.list()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    assert reported
    assert all(str(report.exc_value) == "broken handler" for report in reported)
