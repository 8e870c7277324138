--- Arguments of every operation: each of every wrong type, unknown ones, missing ones. None is sent, each is named.
package.path = "tests/lua/?.lua;" .. package.path
local outcome = require "support.outcome"
local sdk = require "sandbox_sdk"

-- Nothing listens there: what is not refused ends as a refused connection.
local client = assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1", max_retries = 0 })

local MAP = { table = true }
local OPERATIONS = {
	sandboxes = {
		create = {
			arguments = { env_vars = MAP, image = "string", name = "string", resources = MAP, wait_for_ready = "boolean" },
		},
		list = { arguments = { page = "integer", page_size = "integer" } },
		delete = {
			id = true,
			arguments = { create_snapshot = "boolean", snapshot_name = "string", keep_storage = "boolean" },
		},
		delete_all = { arguments = {} },
		execute = {
			id = true,
			arguments = { command = "string", env = MAP, api_timeout = "integer", working_dir = "string" },
			required = { command = "true" },
		},
		upload = { id = true, arguments = { path = "string" }, required = { path = "/f", file = "bytes" } },
		download = { id = true, arguments = { path = "string" }, required = { path = "/f" } },
	},
	volumes = {
		create = { arguments = { name = "string", size = "string" } },
		list = { arguments = { page = "integer", page_size = "integer" } },
		delete = { id = true, arguments = {} },
		create_snapshot = {
			id = true,
			arguments = { name = "string", quick = "boolean" },
			required = { name = "n" },
		},
	},
}

--- What can never be an argument, and one value of each type that may be a wrong one.
local VALUES = {
	{ "boolean", true },
	{ "integer", 1 },
	{ "float", 1.5 },
	{ "string", "text" },
	{ "string", "text\255" },
	{ "table", {} },
	{ "array", sdk.array {} },
	{ "array", { 1 } },
	{ "function", print },
	{ "thread", coroutine.create(function() end) },
	{ "userdata", io.stdout },
	{ "client", client },
}

local function call(resource, operation, id, arguments)
	local self = client[resource]
	local takes_id = OPERATIONS[resource][operation].id
	if takes_id then
		return outcome.of(self[operation], self, id, arguments)
	end
	return outcome.of(self[operation], self, arguments)
end

--- The arguments that an operation must have, and one more if there is a name.
local function with(description, name, value)
	local arguments = {}
	for required, given in pairs(description.required or {}) do
		arguments[required] = given
	end
	if name then
		arguments[name] = value
	end
	return arguments
end

local function check_refused(argument, answer, err)
	assert.is_nil(answer)
	assert.equal("invalid_argument", err.code)
	assert.equal(argument, err.argument:sub(1, #argument))
	assert.equal(argument, err.message:sub(1, #argument))
	assert.equal(0, err.attempts)
end

for resource, operations in pairs(OPERATIONS) do
	for operation, description in pairs(operations) do
		describe(("%s.%s"):format(resource, operation), function()
			it("gets as far as the connection with what it needs", function()
				local answer, err = call(resource, operation, "id", with(description, "max_retries", 0))
				assert.is_nil(answer)
				assert.equal("connection", err.code)
			end)

			for name, wanted in pairs(description.arguments) do
				it("refuses a wrong type of " .. name, function()
					for _, value in ipairs(VALUES) do
						local fits = value[1] == wanted and value[2] ~= "text\255" or wanted == MAP and value[1] == "table"
						if not fits then
							check_refused(name, call(resource, operation, "id", with(description, name, value[2])))
						end
					end
				end)
			end

			for name in pairs(description.required or {}) do
				it("refuses a call without " .. name, function()
					local arguments = with(description)
					arguments[name] = nil
					check_refused(name, call(resource, operation, "id", arguments))
				end)
			end

			it("refuses an unknown argument", function()
				check_refused("no_such", call(resource, operation, "id", with(description, "no_such", 1)))
				local answer, err = call(resource, operation, "id", with(description, 1, "text"))
				assert.is_nil(answer)
				assert.equal("invalid_argument", err.code)
			end)

			it("refuses a wrong type of a call's own options", function()
				for _, name in ipairs { "extra_headers", "extra_query", "extra_body" } do
					for _, value in ipairs { true, 1, "text", print } do
						check_refused(name, call(resource, operation, "id", with(description, name, value)))
					end
				end
				for _, name in ipairs { "timeout", "deadline", "max_retries", "idempotency_key" } do
					for _, value in ipairs { true, print, coroutine.create(function() end), io.stdout } do
						check_refused(name, call(resource, operation, "id", with(description, name, value)))
					end
				end
				check_refused("idempotency_key", call(resource, operation, "id", with(description, "idempotency_key", "a\0b")))
				check_refused("timeout", call(resource, operation, "id", with(description, "timeout", -1)))
				check_refused("max_retries", call(resource, operation, "id", with(description, "max_retries", 0.5)))
			end)

			if description.id then
				it("refuses an id that is none", function()
					for _, id in ipairs { "", ".", "..", true, 1, 1.5, {}, print, "a\0b", "\255" } do
						check_refused("id", call(resource, operation, id, with(description)))
					end
					check_refused("id", call(resource, operation, nil, with(description)))
				end)

				it("refuses an id that is given twice", function()
					check_refused("id", call(resource, operation, "one", with(description, "id", "two")))
				end)
			end

			it("raises an error for a mistake in the program", function()
				local ok, err = pcall(client[resource][operation], "id", {})
				assert.is_false(ok)
				local usage = ("client.%s:%s%%(%%)"):format(resource, operation)
				local wanted = "arguments_spec.lua:%d+: " .. usage .. ": self: it is called with a colon"
				assert.truthy(err.message:find(wanted), err.message)
				for _, value in ipairs { "text", 1, true, print } do
					check_refused("arguments", call(resource, operation, "id", value))
				end
			end)
		end)
	end
end

local function refused(operation, ...)
	return outcome.of(client.sandboxes[operation], client.sandboxes, ...)
end

it("a member of a known shape is named with its place", function()
	check_refused("resources.cpus", refused("create", { resources = { cpus = "four" } }))
	check_refused("resources.no_such", refused("create", { resources = { no_such = 1 } }))
	check_refused("env_vars", refused("create", { env_vars = { A = 1 } }))
	check_refused("env.A", refused("execute", "id", { command = "x", env = { A = print } }))
end)

it("a file is no argument of other operations, nor is a place for one", function()
	check_refused("file", refused("create", { file = "x" }))
	check_refused("into", refused("upload", "id", { path = "/f", file = "x", into = "y" }))
	check_refused("file", refused("download", "id", { path = "/f", file = "x" }))
end)
