--- Clients: their options, their copies, closing them.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local function refused(options)
	local client, err = outcome.of(sdk.new, options)
	assert.is_nil(client)
	return err
end

describe("a client", function()
	it("tells of itself", function()
		local client = assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1/api", max_retries = 7 })
		assert.equal("k", client.api_key)
		assert.equal("http://127.0.0.1:1/api/", client.base_url)
		assert.equal(7, client.max_retries)
		assert.equal("integer", lua.kind(client.max_retries))
		assert.equal("sandbox_sdk.Client (http://127.0.0.1:1/api/)", tostring(client))
		assert.is_nil(client.no_such_field)
	end)

	it("does not print its key", function()
		local client = assert(sdk.new { api_key = "secret-key" })
		assert.is_nil(tostring(client):find("secret", 1, true))
		assert.is_nil(tostring(client.sandboxes):find("secret", 1, true))
	end)

	it("does not print the user and password of its base URL", function()
		local client = assert(sdk.new { api_key = "k", base_url = "http://user:secret@127.0.0.1:1/api@2" })
		assert.equal("sandbox_sdk.Client (http://127.0.0.1:1/api@2/)", tostring(client))
		client = assert(client:with_options { base_url = "http://user@127.0.0.1:1" })
		assert.equal("sandbox_sdk.Client (http://127.0.0.1:1/)", tostring(client))
	end)

	it("needs a key", function()
		local program = [[local client, err = require("sandbox_sdk").new() print(client, err.code, err)]]
		local output = lua.output(program, "env -u SANDBOX_SDK_API_KEY")
		assert.equal("nil\tconfiguration\t", output:sub(1, 18))
		assert.truthy(output:find("SANDBOX_SDK_API_KEY", 1, true))
	end)

	it("takes key and URL from the environment", function()
		local program = [[local client = require("sandbox_sdk").new() print(client.api_key, client.base_url)]]
		local environment = "SANDBOX_SDK_API_KEY=from-there SANDBOX_SDK_BASE_URL=http://127.0.0.1:2"
		assert.equal("from-there\thttp://127.0.0.1:2/\n", lua.output(program, environment))
	end)

	it("has options for every request", function()
		local case = recorder.case "{}"
		local client = case:client {
			default_headers = { ["X-Default"] = "d", ["X-Stainless-Lang"] = false },
			default_query = { tag = { "a", "b" }, deep = { on = true } },
			timeout = { connect = 1, read = 2, write = 3, pool = 4 },
			deadline = 5,
			retry_unsafe = true,
			log_level = "off",
		}
		assert(client.sandboxes:list())
		local request = case:request()
		assert.equal("d", request.headers["x-default"])
		assert.is_nil(request.headers["x-stainless-lang"])
		assert.truthy(request.path:find("tag=a%2Cb", 1, true) or request.path:find("tag=a,b", 1, true))
		assert.truthy(request.path:find("deep%5Bon%5D=true", 1, true) or request.path:find("deep[on]=true", 1, true))
	end)

	it("sends an unsafe request again only if told to", function()
		local late = "@delay 0.4\n" .. recorder.answer(200, "{}")
		local case = recorder.case(late, "{}")
		local answer, err = case:client({ max_retries = 1 }).sandboxes:create { timeout = 0.15 }
		assert.is_nil(answer)
		assert.is_true(err.outcome_unknown)
		assert.equal(1, err.attempts)
		case = recorder.case(late, "{}")
		assert(case:client({ max_retries = 1, retry_unsafe = true }).sandboxes:create { timeout = 0.15 })
	end)

	it("can be changed", function()
		local case = recorder.case "{}"
		local client = case:client()
		assert.is_true(client:set_options { max_retries = 4, default_headers = { ["X-New"] = "n" } })
		assert.equal(4, client.max_retries)
		client.max_retries = 0
		client.api_key = "other-key"
		assert.equal("other-key", client.api_key)
		assert(client.sandboxes:list())
		assert.equal("n", case:request().headers["x-new"])
		assert.equal("other-key", case:request().headers["x-api-key"])
		local changed, err = client:set_options { base_url = "nonsense" }
		assert.is_nil(changed)
		assert.truthy(err.code == "configuration" or err.code == "invalid_argument")
		local mistakes = { max_retries = "must be an integer, not a string", no_such_option = "is not an option" }
		for name, mistake in pairs(mistakes) do
			local ok, raised = pcall(function()
				client[name] = "many"
			end)
			assert.is_false(ok)
			assert.equal(name, raised.argument)
			assert.truthy(raised.message:find(("clients_spec.lua:%%d+: client.%s"):format(name)), raised.message)
			assert.truthy(raised.message:find(mistake, 1, true), raised.message)
		end
	end)
end)

describe("a copy with other options", function()
	it("changes what is given and keeps the rest", function()
		local case = recorder.case "{}"
		local client = case:client { default_headers = { ["X-A"] = "1", ["X-B"] = "1" }, default_query = { a = 1 } }
		local copy = assert(client:with_options { default_headers = { ["X-B"] = "2" }, default_query = { b = 2 } })
		assert(copy.sandboxes:list())
		local request = case:request()
		assert.equal("1", request.headers["x-a"])
		assert.equal("2", request.headers["x-b"])
		assert.equal("test-key", request.headers["x-api-key"])
		assert.equal("/v1/sandboxes/list?a=1&b=2", request.path)
		copy = assert(client:with_options { set_default_headers = { ["X-C"] = "3" }, set_default_query = { c = 3 } })
		assert(copy.sandboxes:list())
		request = case:request(2)
		assert.is_nil(request.headers["x-a"])
		assert.equal("3", request.headers["x-c"])
		assert.equal("/v1/sandboxes/list?c=3", request.path)
		assert(client:with_options())
	end)

	it("outlives the client that it was made of", function()
		local case = recorder.case "{}"
		local copy = assert(case:client():with_options { max_retries = 1 })
		collectgarbage()
		collectgarbage()
		assert(copy.sandboxes:list())
	end)

	it("is refused as a client is", function()
		local client = assert(sdk.new { api_key = "k" })
		local copy, err = outcome.of(client.with_options, client, { no_such = 1 })
		assert.is_nil(copy)
		assert.equal("no_such", err.argument)
		for _, name in ipairs { "default_headers", "default_query" } do
			local both = { [name] = { a = "1" }, ["set_" .. name] = { a = "2" } }
			copy, err = outcome.of(client.with_options, client, both)
			assert.is_nil(copy)
			assert.equal("set_" .. name, err.argument)
		end
	end)
end)

describe("a closed client", function()
	it("fails every call", function()
		local client = recorder.case("{}"):client()
		assert(client.sandboxes:list())
		assert.is_false(client:is_closed())
		client:close()
		client:close()
		assert.is_true(client:is_closed())
		local answer, err = client.sandboxes:list()
		assert.is_nil(answer)
		assert.equal("closed", err.code)
		answer, err = client.volumes:create_snapshot("v", { name = "n" })
		assert.is_nil(answer)
		assert.equal("closed", err.code)
	end)

	it("is closed together with its copies", function()
		local client = recorder.case("{}"):client()
		local copy = assert(client:with_options { max_retries = 1 })
		copy:close()
		assert.is_true(client:is_closed())
		local answer, err = client.sandboxes:list()
		assert.is_nil(answer)
		assert.equal("closed", err.code)
	end)

	if lua.has_close then
		it("is what a scope leaves behind, also when it is left by an error", function()
			local scope = assert(load [[
				local made, problem = ...
				local client <close> = made
				assert(client.sandboxes:list())
				assert(not problem, problem)
			]])
			local client = recorder.case("{}"):client()
			scope(client)
			assert.is_true(client:is_closed())
			client = recorder.case("{}"):client()
			assert.is_false(pcall(scope, client, "left"))
			assert.is_true(client:is_closed())
		end)
	end
end)

describe("an option is refused", function()
	local every = { true, 1, 1.5, "text", {}, print, coroutine.create(function() end), io.stdout, sdk.null }
	local text = { string = true }
	local wanted = {
		api_key = text,
		base_url = text,
		timeout = { number = true, table = true },
		deadline = { number = true },
		max_retries = { integer = true },
		retry_unsafe = { boolean = true },
		default_headers = { table = true },
		default_query = { table = true },
		set_default_headers = { table = true },
		set_default_query = { table = true },
		strict_response_validation = { boolean = true },
		log_level = {},
	}
	for name, types in pairs(wanted) do
		it("of a wrong type: " .. name, function()
			for _, value in ipairs(every) do
				local kind = lua.kind(value) == "integer" and "integer" or type(value)
				if not types[kind] and not types[type(value)] then
					local err = refused { api_key = name ~= "api_key" and "k" or nil, [name] = value }
					assert.equal("invalid_argument", err.code)
					assert.equal(name, err.argument)
					assert.equal(name .. ": ", err.message:sub(1, #name + 2))
				end
			end
		end)
	end

	local values = {
		{ "unknown", { no_such = 1 }, "no_such" },
		{ "without a name", { "text" }, nil },
		{ "a key with a NUL", { api_key = "a\0b" }, "api_key" },
		{ "a URL with a NUL", { api_key = "k", base_url = "http://a\0b" }, "base_url" },
		{ "a negative timeout", { timeout = -1 }, "timeout" },
		{ "a timeout for ever by its number", { timeout = -2 }, "timeout" },
		{ "no number", { timeout = 0 / 0 }, "timeout" },
		{ "a timeout of no phase", { timeout = { all = 1 } }, "timeout.all" },
		{ "a phase of a wrong type", { timeout = { read = "1" } }, "timeout.read" },
		{ "a negative phase", { timeout = { pool = -1 } }, "timeout.pool" },
		{ "true for a time", { deadline = true }, "deadline" },
		{ "negative retries", { max_retries = -1 }, "max_retries" },
		{ "too many retries", { max_retries = 1099511627776 }, "max_retries" },
		{ "a header of a wrong type", { default_headers = { ["X-A"] = 1 } }, "default_headers.X-A" },
		{ "a header that is true", { default_headers = { ["X-A"] = true } }, "default_headers.X-A" },
		{ "a header without a name", { default_headers = { "a" } }, "default_headers" },
		{ "a header's name with a NUL", { default_headers = { ["X\0"] = "a" } }, "default_headers.X" },
		{ "a header with a NUL", { default_headers = { ["X-A"] = "a\0b" } }, "default_headers.X-A" },
		{ "a header with a line break", { default_headers = { ["X-A"] = "a\r\nX-B: b" } }, "default_headers" },
		{ "a query that is an array", { default_query = sdk.array {} }, "default_query" },
		{ "a query that cannot be sent", { default_query = { a = print } }, "default_query.a" },
		{ "an unknown log level", { log_level = "loud" }, "log_level" },
	}
	for _, value in ipairs(values) do
		it(value[1], function()
			value[2].api_key = value[2].api_key or "k"
			local err = refused(value[2])
			assert.equal("invalid_argument", err.code)
			assert.equal(value[3], err.argument)
		end)
	end

	it("a base URL that is none", function()
		local err = refused { api_key = "k", base_url = "nonsense" }
		assert.truthy(err.code == "configuration" or err.code == "invalid_argument")
	end)
end)

it("times may be none", function()
	for _, options in ipairs {
		{ timeout = false, deadline = false },
		{ timeout = math.huge, deadline = math.huge },
		{ timeout = { connect = 1, read = false } },
	} do
		local case = recorder.case "{}"
		assert(case:client(options).sandboxes:list())
		assert(case:client().sandboxes:list(options))
		assert.is_nil(case:request(1).headers["x-stainless-read-timeout"])
		assert.is_nil(case:request(2).headers["x-stainless-read-timeout"])
	end
end)

describe("a mistake in the program raises an error", function()
	local client = assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1" })
	local mistakes = {
		["options that are no table"] = { "sandbox_sdk.new(): options: must be a table, not a string", sdk.new, "key" },
		["a local server's options"] = { "sandbox_sdk.local_server(): options: must be a table", sdk.local_server, 1 },
		["close with a dot"] = { "client:close(): self: it is called with a colon", client.close },
		["is_closed with a dot"] = { "client:is_closed(): self: it is called with a colon", client.is_closed, {} },
		["with_options with a dot"] = { "client:with_options(): self: it is called with a colon", client.with_options, {} },
		["with_options of a string"] = { "client:with_options(): options: must be", client.with_options, client, "x" },
		["set_options with a dot"] = { "client:set_options(): self: it is called with a colon", client.set_options, {} },
		["set_options of a number"] = { "client:set_options(): options: must be", client.set_options, client, 1 },
	}
	for name, mistake in pairs(mistakes) do
		it(name, function()
			local ok, err = pcall(lua.unpack(mistake, 2))
			assert.is_false(ok)
			assert.truthy(tostring(err):find(mistake[1], 1, true), tostring(err))
		end)
	end
end)
