"""Makes a wheel that says it is avm_sdk 1.2.0 and has nothing in it but the wish for sandbox-sdk.

Usage: shim.py VERSION FOLDER

In an environment that has it, whoever asks for ``avm_sdk>=1.2,<2`` is served, and the real one, which owns the same
import package, does not come.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import time
import zipfile
from pathlib import Path

VERSION = "1.2.0+sandbox.sdk"


def contents(sdk_version: str) -> dict[str, str]:
    """The files of the wheel, but for their list."""
    metadata = f"""Metadata-Version: 2.4
Name: avm_sdk
Version: {VERSION}
Summary: Stands in for avm_sdk 1.2.0 where sandbox-sdk is what runs
License-Expression: Apache-2.0
Requires-Python: >=3.9
Provides-Extra: aiohttp
Requires-Dist: sandbox-sdk>={sdk_version}
Requires-Dist: sandbox-sdk[aiohttp]; extra == "aiohttp"
"""
    wheel = "Wheel-Version: 1.0\nGenerator: sandbox-sdk\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return {"METADATA": metadata, "WHEEL": wheel}


def write(sdk_version: str, folder: Path) -> Path:
    """The same bytes for the same SOURCE_DATE_EPOCH."""
    moment = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800))[:6]
    inside = f"avm_sdk-{VERSION}.dist-info"
    path = folder / f"avm_sdk-{VERSION}-py3-none-any.whl"
    record = ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = contents(sdk_version)
        for name, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{inside}/{name},sha256={digest},{len(text.encode())}\n"
        for name, text in {**files, "RECORD": f"{record}{inside}/RECORD,,\n"}.items():
            entry = zipfile.ZipInfo(f"{inside}/{name}", moment)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return path


if __name__ == "__main__":
    print(write(sys.argv[1], Path(sys.argv[2])))
