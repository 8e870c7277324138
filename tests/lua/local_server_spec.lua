--- A server of one's own: a sandbox from its creation to its end.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local EVERY_BYTE = {}
for value = 0, 255 do
	EVERY_BYTE[#EVERY_BYTE + 1] = string.char(value)
end
EVERY_BYTE = table.concat(EVERY_BYTE)

--- Whether a server answers at a URL.
local function is_answering(base_url)
	local probe = assert(sdk.new { api_key = "k", base_url = base_url, max_retries = 0 })
	local _, err = probe.sandboxes:list()
	return err.code ~= "connection"
end

describe("a server of one's own", function()
	local client = assert(sdk.local_server { max_retries = 1 })

	teardown(function()
		client:close()
	end)

	it("runs commands and keeps files", function()
		local sandbox = assert(client.sandboxes:create { name = "lua", env_vars = { GREETING = "hello" } })
		assert.equal("lua", sandbox.name)
		local run = assert(client.sandboxes:execute(sandbox.id, {
			command = "printf '%s\\0%s' \"$GREETING\" \"$MORE\"; echo problem >&2; exit 3",
			env = { MORE = "wörld" },
			api_timeout = 20,
		}))
		assert.equal("hello\0wörld", run.stdout)
		assert.equal("problem\n", run.stderr)
		assert.equal(3, run.exit_code)
		assert.equal("integer", lua.kind(run.exit_code))
		assert.equal("completed", run.status)

		local file = assert(client.sandboxes:upload(sandbox.id, { path = "/data/bytes", file = EVERY_BYTE }))
		assert.equal(256, file.size)
		assert.equal(EVERY_BYTE, assert(client.sandboxes:download(sandbox.id, { path = "/data/bytes" })))
		local name = recorder.temporary "downloaded"
		assert.equal(256, assert(client.sandboxes:download(sandbox.id, { path = "/data/bytes", into = name })))
		assert.equal(EVERY_BYTE, recorder.read_file(name))
		local range = { path = "/data/bytes", extra_headers = { Range = "bytes=-6" } }
		assert.equal(EVERY_BYTE:sub(-6), assert(client.sandboxes:download(sandbox.id, range)))

		local list = assert(client.sandboxes:list())
		assert.equal(1, #list.data)
		assert.equal(sandbox.id, list.data[1].id)
		assert.equal(sandbox.id, assert(client.sandboxes:delete(sandbox.id)).id)
		assert.equal(0, #assert(client.sandboxes:list()).data)
	end)

	it("says what is wrong", function()
		local answer, err = client.sandboxes:delete "no-such-sandbox"
		assert.is_nil(answer)
		assert.equal("not_found", err.code)
		assert.equal(404, err.status)
		assert.is_string(err.body.error.message)
		answer, err = client:with_options({ api_key = "wrong" }).sandboxes:list()
		assert.is_nil(answer)
		assert.equal("authentication", err.code)
		answer, err = client.volumes:delete "no-such-volume"
		assert.is_nil(answer)
		assert.equal(404, err.status)
	end)

	it("deletes everything", function()
		assert(client.sandboxes:create())
		assert(client.sandboxes:create())
		local deletions = assert(client.sandboxes:delete_all())
		assert.equal(2, deletions.deleted_count)
		assert.equal(2, #deletions.deleted_ids)
	end)
end)

it("ends when its client is closed", function()
	local client = assert(sdk.local_server())
	local url = client.base_url
	assert.is_true(is_answering(url))
	client:close()
	assert.is_false(is_answering(url))
end)

it("ends when its client is collected", function()
	local url
	do
		local client = assert(sdk.local_server())
		url = client.base_url
	end
	collectgarbage()
	collectgarbage()
	assert.is_false(is_answering(url))
end)

it("is refused a key and a URL", function()
	for _, name in ipairs { "api_key", "base_url" } do
		local client, err = sdk.local_server { [name] = "http://127.0.0.1:1" }
		assert.is_nil(client)
		assert.equal("invalid_argument", err.code)
		assert.equal(name, err.argument)
	end
end)

it("says why it cannot be started", function()
	local program = [[local client, err = require("sandbox_sdk").local_server() print(client, err.code, err)]]
	local output = lua.output(program, "SANDBOX_SDK_SANDBOXD=/no/such/program")
	assert.equal("nil\tlocal_server\t", output:sub(1, 17))
	assert.truthy(output:find("/no/such/program", 1, true))
end)

it("runs the program of the documentation", function()
	assert.equal("HELLO\n\t0\n", lua.output(recorder.read_file("docs/lua.md"):match "```lua\n(.-)```"))
end)

it("runs the quickstart", function()
	local lines = {}
	for line in lua.output('dofile "examples/lua/quickstart.lua"'):gmatch "[^\n]+" do
		lines[#lines + 1] = line
	end
	assert.equal(7, #lines)
	assert.equal("sha256: the same in the sandbox and here", lines[3])
	assert.equal("refused: not_found, status 404: ", lines[6]:sub(1, 32))
	assert.equal("deleted: quickstart", lines[7])
end)
