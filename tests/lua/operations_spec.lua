--- Every operation: what goes over the wire, and what comes back.
package.path = "tests/lua/?.lua;" .. package.path
local json = require "dkjson"
local lua = require "support.lua"
local recorder = require "support.recorder"

local SANDBOX = '{"id":"s-1","name":"one","cpu":2,"memory":512,"disk_size":1.5,"status":"running","created_at":"t"}'
local VOLUME = '{"id":"v-1","name":"data","size":"10Gi","status":"Bound","created_at":"t"}'
local PAGES = '"pagination":{"page":1,"page_size":20,"total_items":1,"total_pages":1}'

--- Calls one operation on a case with one answer.
local function call(answer, resource, operation, ...)
	local case = recorder.case(answer)
	local client = case:client()
	local result = assert(client[resource][operation](client[resource], ...))
	return result, case:request()
end

local function check(request, method, path, body)
	assert.equal(method, request.method)
	assert.equal(path, request.path)
	assert.equal("test-key", request.headers["x-api-key"])
	if body then
		assert.equal("application/json", request.headers["content-type"])
		assert.same(body, (json.decode(request.body)))
	end
end

describe("sandboxes", function()
	it("are created", function()
		local sandbox, request = call(SANDBOX, "sandboxes", "create", {
			name = "one",
			image = "image",
			env_vars = { A = "1", B = "" },
			resources = { cpus = 4, memory = 1024, storage = 10 },
			wait_for_ready = true,
		})
		check(request, "POST", "/v1/sandboxes/create", {
			name = "one",
			image = "image",
			env_vars = { A = "1", B = "" },
			resources = { cpus = 4, memory = 1024, storage = 10 },
			wait_for_ready = true,
		})
		assert.equal("s-1", sandbox.id)
		assert.equal(1.5, sandbox.disk_size)
	end)

	it("are created without any argument", function()
		local _, request = call(SANDBOX, "sandboxes", "create")
		check(request, "POST", "/v1/sandboxes/create", {})
	end)

	it("are listed", function()
		local answer = '{"data":[' .. SANDBOX .. "]," .. PAGES .. "}"
		local list, request = call(answer, "sandboxes", "list", { page = 2, page_size = 50 })
		check(request, "GET", "/v1/sandboxes/list?page=2&page_size=50")
		assert.equal(1, #list.data)
		assert.equal("one", list.data[1].name)
		assert.equal(20, list.pagination.page_size)
	end)

	it("are deleted", function()
		local answer = '{"id":"s-1","message":"gone","snapshot_created":true,"snapshot_name":"last"}'
		local arguments = { create_snapshot = true, snapshot_name = "last" }
		local deletion, request = call(answer, "sandboxes", "delete", "s-1", arguments)
		check(request, "DELETE", "/v1/sandboxes/s-1/delete", arguments)
		assert.is_true(deletion.snapshot_created)
	end)

	it("are all deleted", function()
		local answer = '{"deleted_count":2,"deleted_ids":["a","b"],"message":"gone","errors":[{"id":"c","error":"busy"}]}'
		local deletions, request = call(answer, "sandboxes", "delete_all")
		check(request, "DELETE", "/v1/sandboxes/delete-all")
		assert.equal("b", deletions.deleted_ids[2])
		assert.equal("busy", deletions.errors[1].error)
	end)

	it("execute commands", function()
		local answer = '{"id":"e","exit_code":3,"stdout":"out","stderr":"err","status":"completed","execution_time_ms":7}'
		local run, request = call(answer, "sandboxes", "execute", "s-1", {
			command = "exit 3",
			env = { A = "1" },
			api_timeout = 30,
			working_dir = "/tmp",
		})
		check(request, "POST", "/v1/sandboxes/s-1/execute", {
			command = "exit 3",
			env = { A = "1" },
			timeout = 30,
			working_dir = "/tmp",
		})
		assert.equal(3, run.exit_code)
		assert.equal("out", run.stdout)
	end)

	it("take files", function()
		local answer = '{"message":"written","path":"/data/f","size":5}'
		local file, request = call(answer, "sandboxes", "upload", "s-1", { path = "/data/f", file = "a\0b\255c" })
		check(request, "POST", "/v1/sandboxes/s-1/upload")
		assert.truthy(request.headers["content-type"]:find("multipart/form-data; boundary=", 1, true))
		assert.truthy(request.body:find('name="path"\r\n\r\n/data/f\r\n', 1, true))
		assert.truthy(request.body:find("\r\n\r\na\0b\255c\r\n", 1, true))
		assert.equal(5, file.size)
	end)

	it("give files", function()
		local bytes = "a\0b\255c"
		local answer = recorder.answer(200, bytes, { ["Content-Type"] = "application/octet-stream" })
		local content, request = call(answer, "sandboxes", "download", "s-1", { path = "/data/f" })
		check(request, "GET", "/v1/sandboxes/s-1/download?path=%2Fdata%2Ff")
		assert.equal("application/octet-stream", request.headers.accept)
		assert.equal(bytes, content)
	end)
end)

describe("volumes", function()
	it("are created", function()
		local volume, request = call(VOLUME, "volumes", "create", { name = "data", size = "10Gi" })
		check(request, "POST", "/v1/volumes/create", { name = "data", size = "10Gi" })
		assert.equal("Bound", volume.status)
	end)

	it("are listed", function()
		local list, request = call('{"data":[' .. VOLUME .. "]," .. PAGES .. "}", "volumes", "list", { page = 1 })
		check(request, "GET", "/v1/volumes/list?page=1")
		assert.equal("10Gi", list.data[1].size)
	end)

	it("are deleted", function()
		local deletion, request = call('{"id":"v-1","message":"gone","type":"volume"}', "volumes", "delete", "v-1")
		check(request, "DELETE", "/v1/volumes/v-1/delete")
		assert.equal("volume", deletion.type)
	end)

	it("are taken snapshots of", function()
		local answer = '{"id":"n-1","name":"snap","volume_id":"v-1","consistency":"crash-consistent","status":"Ready"}'
		local snapshot, request = call(answer, "volumes", "create_snapshot", "v-1", { name = "snap", quick = true })
		check(request, "POST", "/v1/volumes/v-1/snapshot", { name = "snap", quick = true })
		assert.equal("crash-consistent", snapshot.consistency)
	end)
end)

describe("a call's own options", function()
	it("go beside the arguments", function()
		local case = recorder.case(SANDBOX)
		local client = case:client { default_headers = { ["X-Default"] = "kept", ["X-Removed"] = "sent" } }
		assert(client.sandboxes:create {
			name = "one",
			extra_headers = { ["X-Extra"] = "here", ["X-Removed"] = false },
			extra_query = { tag = "t" },
			extra_body = { more = { 1, 2.5, true } },
			idempotency_key = "key-1",
			timeout = 5,
			deadline = 10,
			max_retries = 1,
		})
		local request = case:request()
		assert.equal("/v1/sandboxes/create?tag=t", request.path)
		assert.equal("here", request.headers["x-extra"])
		assert.equal("kept", request.headers["x-default"])
		assert.is_nil(request.headers["x-removed"])
		assert.equal("key-1", request.headers["idempotency-key"])
		assert.same({ name = "one", more = { 1, 2.5, true } }, (json.decode(request.body)))
	end)

	it("end a call that takes too long", function()
		local case = recorder.case("@delay 5\n" .. recorder.answer(200, SANDBOX))
		local answer, err = case:client().sandboxes:create { timeout = 0.2 }
		assert.is_nil(answer)
		assert.equal("timeout", err.code)
		assert.is_true(err.outcome_unknown)
		answer, err = case:client().sandboxes:list { timeout = { read = 0.2 } }
		assert.is_nil(answer)
		assert.equal("timeout", err.code)
		answer, err = case:client().sandboxes:list { timeout = false, deadline = 0.2 }
		assert.is_nil(answer)
		assert.equal("timeout", err.code)
	end)

	it("say how often a request is sent again", function()
		local failure = recorder.answer(503, "{}", { ["retry-after-ms"] = "1" })
		local case = recorder.case(failure, failure, SANDBOX)
		assert(case:client().sandboxes:create { max_retries = 2 })
		assert.equal("2", case:request(3).headers["x-stainless-retry-count"])
		assert.equal(case:request(1).headers["idempotency-key"], case:request(3).headers["idempotency-key"])
	end)
end)

it("the program is named in the headers", function()
	local _, request = call(SANDBOX, "sandboxes", "create")
	assert.equal("SandboxSDK/Lua " .. require("sandbox_sdk").version, request.headers["user-agent"])
	assert.equal("lua", request.headers["x-stainless-lang"])
	assert.equal(lua.runtime, request.headers["x-stainless-runtime"])
	assert.equal(lua.version, request.headers["x-stainless-runtime-version"]:sub(1, #lua.version))
end)
