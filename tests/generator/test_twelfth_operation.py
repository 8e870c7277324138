"""An operation that is added to api/openapi.yaml, and to nothing else, can be called in C, Python and Lua."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PATHS = """
  /v1/sandboxes/{id}/rename:
    parameters:
      - {$ref: '#/components/parameters/SandboxId'}
    post:
      operationId: sandboxes.rename
      tags: [sandboxes]
      summary: Gives a sandbox another name.
      x-sdk-safety: idempotent
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/SandboxRenameParams'}
      responses:
        '200':
          description: The sandbox under its new name.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/SandboxRenameResponse'}
        default: {$ref: '#/components/responses/Error'}

  /v1/volumes/create:
"""
SCHEMAS = """
  schemas:
    SandboxRenameParams:
      type: object
      description: What a sandbox is called from now on.
      required: [name]
      properties:
        name: {type: string, description: The new name.}
        keep_alias: {type: [boolean, "null"], description: Whether the old name goes on working.}
        alias_days: {type: [integer, "null"], description: For how many days.}
        aliases: {type: [array, "null"], items: {type: string}, description: Further names.}
    SandboxRenameResponse:
      type: object
      description: A sandbox under its new name.
      required: [id, name, renames, history]
      properties:
        id: {type: [string, "null"], description: Identifier of the sandbox.}
        name: {type: [string, "null"], description: The new name.}
        renames: {type: [integer, "null"], description: How often the sandbox was renamed.}
        previous_name: {type: [string, "null"], description: The name before.}
        history: {type: [array, "null"], items: {$ref: '#/components/schemas/SandboxLabel'}, description: Every name.}
    SandboxLabel:
      type: object
      description: A name that a sandbox had.
      required: [name, primary]
      properties:
        name: {type: [string, "null"], description: The name.}
        primary: {type: [boolean, "null"], description: Whether it is the one in use.}
"""
ANSWER = {
    "id": "sb-1",
    "name": "new",
    "renames": 9007199254740993,
    "previous_name": None,
    "history": [{"name": "old", "primary": False}, {"name": "new", "primary": True}],
}
SENT = {"name": "new", "keep_alias": True, "alias_days": 7, "aliases": ["a", "b"]}
# What every program prints of the answer: the last line is what tells absent, null and present apart.
PRINTED = ["sb-1 new 9007199254740993", "old false", "new true", "null"]

C_PROGRAM = r"""
#include <sandbox_sdk.h>
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
	static const char *const presence[] = {"absent", "null", "present"};
	const char *const aliases[] = {"a", "b"};
	sbx_client *client = NULL;
	sbx_sandbox_rename_response *renamed = NULL;
	sbx_error *error = NULL;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_sandboxes_rename_params params = SBX_SANDBOXES_RENAME_PARAMS_INIT;
	params.name = "new";
	params.keep_alias = SBX_FLAG_YES;
	params.alias_days = 7;
	params.aliases = aliases;
	params.aliases_count = 2;
	if (sbx_client_new(&client, &options, &error) < 0 ||
		sbx_sandboxes_rename(client, "sb 1", &params, NULL, &renamed, &error) < 0) {
		fprintf(stderr, "%s\n", sbx_error_message(error));
		return 1;
	}
	printf("%s %s %" PRId64 "\n", sbx_sandbox_rename_response_id(renamed), sbx_sandbox_rename_response_name(renamed),
			sbx_sandbox_rename_response_renames(renamed));
	for (size_t index = 0; index < sbx_sandbox_rename_response_history_count(renamed); index++) {
		const sbx_sandbox_label *name = sbx_sandbox_rename_response_history_at(renamed, index);
		printf("%s %s\n", sbx_sandbox_label_name(name), sbx_sandbox_label_primary(name) ? "true" : "false");
	}
	puts(presence[sbx_sandbox_rename_response_has_previous_name(renamed)]);
	sbx_sandbox_rename_response_free(renamed);
	sbx_client_free(client);
	return 0;
}
"""
PYTHON_PROGRAM = """
from sandbox_sdk import SandboxSDK
from sandbox_sdk.types import SandboxRenameResponse

with SandboxSDK() as client:
    renamed = client.sandboxes.rename("sb 1", name="new", keep_alias=True, alias_days=7, aliases=["a", "b"])
assert type(renamed) is SandboxRenameResponse
print(renamed.id, renamed.name, renamed.renames)
for item in renamed.history:
    print(item.name, str(item.primary).lower())
print("null" if renamed.previous_name is None and "previous_name" in renamed.model_fields_set else "not null")
"""
LUA_PROGRAM = """
local sdk = require "sandbox_sdk"
local client <close> = assert(sdk.new())
local renamed = assert(client.sandboxes:rename("sb 1",
	{ name = "new", keep_alias = true, alias_days = 7, aliases = { "a", "b" } }))
print(renamed.id, renamed.name, renamed.renames)
for _, item in ipairs(renamed.history) do
	print(item.name, item.primary)
end
print(renamed:has "previous_name")
"""
LEFT_OUT = (".git", "build", "dist", ".venv", "__pycache__", ".ruff_cache", ".pytest_cache", "results")


def run(*command, **options):
    """Runs a command to its success and gives what it printed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def twelve(root, tmp_path_factory):
    """A copy of the whole tree whose document has a twelfth operation, generated and built by the copy's own means."""
    copy = tmp_path_factory.mktemp("twelve") / "tree"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    document = copy / "api/openapi.yaml"
    text = document.read_text(encoding="utf-8")
    for anchor, addition in (("\n  /v1/volumes/create:\n", PATHS), ("\n  schemas:\n", SCHEMAS)):
        assert text.count(anchor) == 1
        text = text.replace(anchor, addition)
    document.write_text(text, encoding="utf-8")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run(copy / "scripts/generate", env=environment)
    run(copy / "scripts/generate", "--check", env=environment)
    settings = ["-DCMAKE_BUILD_TYPE=Debug", "-DSBX_BUILD_SERVER=OFF", "-DSBX_BUILD_TESTS=OFF", "-DSBX_BUILD_LUA=ON"]
    run("cmake", "-G", "Ninja", "-S", copy, "-B", copy / "build/twelve", *settings, env=environment)
    run("cmake", "--build", copy / "build/twelve", env=environment)
    return copy


@pytest.fixture(scope="module")
def python(twelve, tmp_path_factory):
    """The Python of a fresh virtual environment with the copy's wheel in it."""
    environment = tmp_path_factory.mktemp("environment")
    wheels = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps"]
    settings = [
        f"--config-settings={setting}" for setting in ("cmake.define.SBX_BUILD_SERVER=OFF", "cmake.build-type=Debug")
    ]
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run(*pip, "wheel", *offline, "--no-build-isolation", *settings, "-w", wheels, twelve, env=variables)
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    run(*pip, "--python", environment / "bin/python", "install", *offline, *wheels.glob("*.whl"))
    return environment / "bin/python"


class Recorder(http.server.BaseHTTPRequestHandler):
    """Keeps every request and gives one answer."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.command, self.path, self.headers["x-api-key"], json.loads(body)))
        answer = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.requests = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def call(server):
    """Runs a program that calls the operation, and checks what it sent and what it printed."""

    def check(*command, **variables):
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        url = f"http://127.0.0.1:{server.server_port}"
        printed = run(*command, env={**clean, "SANDBOX_SDK_BASE_URL": url, "SANDBOX_SDK_API_KEY": "a key", **variables})
        assert server.requests == [("POST", "/v1/sandboxes/sb%201/rename", "a key", SENT)]
        assert [line.replace("\t", " ") for line in printed.splitlines()] == PRINTED

    return check


def test_c(twelve, call, tmp_path):
    source, program, library = tmp_path / "rename.c", tmp_path / "rename", twelve / "build/twelve/lib"
    source.write_text(C_PROGRAM)
    strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    run("gcc", *strict, f"-I{twelve}/include", source, "-o", program, f"-L{library}", "-lsandbox_sdk")
    call(program, LD_LIBRARY_PATH=str(library))


def test_python(python, call):
    call(python, "-I", "-c", PYTHON_PROGRAM)


def test_lua(twelve, call):
    module = twelve / "build/twelve/lua"
    paths = {"LUA_PATH": f"{module}/share/?.lua;{module}/share/?/init.lua", "LUA_CPATH_5_4": f"{module}/5.4/?.so"}
    call("lua5.4", "-e", LUA_PROGRAM, **paths)


def test_reference(twelve):
    text = (twelve / "docs/reference.md").read_text(encoding="utf-8")
    assert "### sandboxes.rename\n\nGives a sandbox another name." in text
    assert "client.sandboxes.rename(id, name=" in text
