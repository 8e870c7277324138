--- Every public function, each argument of every wrong type: an error is raised that names function and argument.
--- The arguments of operations are in arguments_spec.lua.
package.path = "tests/lua/?.lua;" .. package.path
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local client = recorder.case('{"a":{"b":[1]}}'):client()
local loop = sdk.loop()
local session = assert(client.sandboxes:adopt "s-1")

local OBJECTS = {
	sdk = sdk,
	client = client,
	sandboxes = client.sandboxes,
	volumes = client.volumes,
	loop = loop,
	task = loop:spawn(print),
	cancel = sdk.cancel(),
	model = assert(client.sandboxes:list()),
	stream = assert(client:open { path = "/" }),
	response = assert(client:get("/", { raw_response = true })),
	session = session,
	pages = assert(client.sandboxes:pages()),
	execution = assert(session:stream "x"),
}

--- What is given in the place of each argument, by kind: a value fits where its kind is one of the argument's.
local VALUES = {
	{ "nil", nil },
	{ "boolean", true },
	{ "number", 1.5 },
	{ "string", "text" },
	{ "table", {} },
	{ "function", print },
	{ "thread", coroutine.create(function() end) },
	{ "file", io.stdout },
	{ "null", sdk.null },
	{ "client", client },
	{ "sandboxes", client.sandboxes },
	{ "loop", loop },
	{ "task", OBJECTS.task },
	{ "cancel", OBJECTS.cancel },
	{ "model", OBJECTS.model },
}

--- Kinds that are tables, too: where a table fits, they are refused by what is in them.
local TABLES = { table = true, client = true, sandboxes = true, volumes = true, loop = true, task = true }
local OPTIONS = { "options", table = true, ["nil"] = true }
local ID = { "id", string = true }
local PATH = { "path", string = true }
local COMMAND = { "command", string = true, table = true }
local FILE = { "file", string = true, file = true, ["function"] = true, table = true }
local function arguments(good)
	return { "arguments", table = true, ["nil"] = true, good = good }
end
--- What may be anything.
local ANY = false

--- Each function and its arguments: the name, and the kinds that fit. A function that takes none has none.
local FUNCTIONS = {
	["sdk.array"] = { { "elements", table = true, ["nil"] = true } },
	["sdk.object"] = { { "members", table = true, ["nil"] = true } },
	["sdk.new"] = { OPTIONS },
	["sdk.local_server"] = { OPTIONS },
	["sdk.cancel"] = {},
	["sdk.loop"] = {},
	["sdk.use"] = { { "adapter", table = true, ["nil"] = true } },
	["sdk.sleep"] = { { "seconds", number = true } },
	["sdk.with"] = { { "thing", client = true, file = true, good = client }, { "f", ["function"] = true, good = print } },
	["sdk.assert"] = { ANY, ANY },
	["client:with_options"] = { OPTIONS },
	["client:set_options"] = { OPTIONS },
	["client:close"] = {},
	["client:is_closed"] = {},
	["client:request"] = { { "request", table = true } },
	["client:open"] = { { "request", table = true } },
	["client:get"] = { PATH, OPTIONS },
	["client:post"] = { PATH, OPTIONS },
	["client:put"] = { PATH, OPTIONS },
	["client:patch"] = { PATH, OPTIONS },
	["client:delete"] = { PATH, OPTIONS },
	["client:head"] = { PATH, OPTIONS },
	["client:delete_leftovers"] = { OPTIONS },
	["sandboxes:session"] = { OPTIONS },
	["sandboxes:adopt"] = { ID, OPTIONS },
	["sandboxes:pages"] = { arguments() },
	["sandboxes:each"] = { arguments() },
	["sandboxes:run_many"] = { { "ids", table = true, good = {} }, COMMAND, OPTIONS },
	["sandboxes:create"] = { arguments() },
	["sandboxes:list"] = { arguments() },
	["sandboxes:get"] = { ID, arguments() },
	["sandboxes:delete"] = { ID, arguments() },
	["sandboxes:delete_all"] = { arguments() },
	["sandboxes:execute"] = { ID, arguments({ command = "x" }) },
	["sandboxes:upload"] = { ID, arguments({ path = "/f", file = "x" }) },
	["sandboxes:download"] = { ID, arguments({ path = "/f" }) },
	["volumes:create"] = { arguments() },
	["volumes:list"] = { arguments() },
	["volumes:pages"] = { arguments() },
	["volumes:each"] = { arguments() },
	["volumes:delete"] = { ID, arguments() },
	["volumes:create_snapshot"] = { ID, arguments({ name = "n" }) },
	["loop:spawn"] = { { "f", ["function"] = true }, ANY },
	["loop:run"] = {},
	["task:cancel"] = {},
	["task:wait"] = {},
	["task:is_done"] = {},
	["cancel:fire"] = {},
	["cancel:is_fired"] = {},
	["stream:read"] = { { "format", string = true, number = true } },
	["stream:chunks"] = { { "size", number = true, ["nil"] = true } },
	["stream:lines"] = {},
	["stream:events"] = {},
	["stream:save"] = { { "into", string = true, file = true, ["function"] = true } },
	["stream:close"] = {},
	["response:to_table"] = {},
	["session:run"] = { COMMAND, OPTIONS },
	["session:stream"] = { COMMAND, OPTIONS },
	["session:read"] = { { "path", string = true }, OPTIONS },
	["session:write"] = { { "path", string = true }, FILE, OPTIONS },
	["session:upload"] = { { "local", string = true }, { "remote", string = true }, OPTIONS },
	["session:download"] = { { "remote", string = true }, { "local", string = true }, OPTIONS },
	["session:keep"] = { { "keep", boolean = true, ["nil"] = true } },
	["session:close"] = { OPTIONS },
	["pages:next"] = {},
	["pages:each"] = {},
	["execution:next"] = {},
	["execution:events"] = {},
	["execution:result"] = {},
	["execution:close"] = {},
	["model:has"] = { { "name", string = true } },
	["model:pairs"] = {},
	["model:ipairs"] = {},
	["model:to_table"] = {},
	["model:to_json"] = { { "indent", ["nil"] = true } },
}

--- The tables in which an object's methods are; nil where this Lua does not tell.
local function methods_of(object)
	local metatable = debug.getmetatable(object)
	local index = metatable and rawget(metatable, "__index")
	if type(index) ~= "function" then
		return { index or object }
	end
	local found
	for position = 1, math.huge do
		local name, value = debug.getupvalue(index, position)
		if not name then
			return found
		end
		found = found or {}
		found[#found + 1] = type(value) == "table" and value or nil
	end
end

--- The methods that are in FUNCTIONS.
local function known_methods(object)
	local methods = {}
	for name in pairs(FUNCTIONS) do
		local method = name:match("^" .. object .. ":(.*)$")
		if method then
			methods[method] = OBJECTS[object][method]
		end
	end
	return { methods }
end

local function find_functions()
	local found = {}
	for name, object in pairs(OBJECTS) do
		local separator = object == sdk and "." or ":"
		for _, methods in ipairs(methods_of(object) or known_methods(name)) do
			for method, value in pairs(methods) do
				-- A client's fields are computed by functions, too, and a class has the one that makes its objects.
				local is_method = type(value) == "function" and method:sub(1, 2) ~= "__" and object[method] == value
				if is_method and (object == sdk or method ~= "new") then
					found[#found + 1] = name .. separator .. method
				end
			end
		end
	end
	return found
end

it("all functions are here", function()
	local found, known = find_functions(), {}
	for name in pairs(FUNCTIONS) do
		known[#known + 1] = name
	end
	table.sort(found)
	table.sort(known)
	assert.same(known, found)
end)

local function usage_of(name)
	name = name:gsub("^sdk", "sandbox_sdk"):gsub("^execution", "stream")
	return (name:gsub("^sandboxes", "client.sandboxes"):gsub("^volumes", "client.volumes"))
end

--- Checks that a call raises the error of a mistake in an argument.
local function check_raised(name, argument, f, ...)
	local function call(...)
		local answer = f(...)
		return answer
	end
	local ok, err = pcall(call, ...)
	assert.is_false(ok, "nothing is raised")
	assert.is_true(type(err) == "table", tostring(err))
	assert.equal("invalid_argument", err.code)
	local place = usage_of(name) .. "(): "
	assert.truthy(tostring(err):find("misuse_spec.lua:%d+: "), tostring(err))
	assert.equal(argument, err.argument)
	assert.truthy(tostring(err):find(place .. argument .. ": ", 1, true), tostring(err))
end

--- A value that fits, of an argument that is not the wrong one.
local function good(argument)
	if not argument or (argument["nil"] and not argument.good) then
		return nil
	end
	return argument.good or argument.string and "text" or argument.number and 0 or print
end

local function list_values(name, position, value)
	local object, takes = name:match "^(%w+):", FUNCTIONS[name]
	local values, count = {}, 0
	if object then
		values[1], count = OBJECTS[object], 1
	end
	for other = 1, #takes do
		values[count + other] = good(takes[other])
	end
	values[count + position] = value
	return (table.unpack or unpack)(values, 1, count + #takes)
end

for name, takes in pairs(FUNCTIONS) do
	local object, separator, method = name:match "^(%w+)([.:])([%w_]+)$"
	local f = OBJECTS[object][method]
	describe(name, function()
		if separator == ":" then
			it("is refused on what it is no method of", function()
				for _, value in ipairs(VALUES) do
					if value[1] ~= object then
						check_raised(name, "self", f, value[2])
						check_raised(name, "self", f, value[2], "text", {})
					end
				end
				check_raised(name, "self", f)
			end)
		end
		for position, argument in ipairs(takes) do
			for _, value in ipairs(argument and VALUES or {}) do
				local kind = value[1]
				if not argument[kind] and not (argument.table and TABLES[kind]) then
					it(("refuses %s for %s"):format(kind, argument[1]), function()
						-- What is in a table may come first, and no value is no wrong type.
						if argument == ID and (kind == "nil" or kind == "null" or TABLES[kind]) then
							local answer, err = outcome.of(f, list_values(name, position, value[2]))
							assert.is_nil(answer)
							assert.equal("id", err.argument:sub(1, 2))
						else
							check_raised(name, argument[1], f, list_values(name, position, value[2]))
						end
					end)
				end
			end
		end
	end)
end

--- What sends nothing by itself, or has an error of its own for each sandbox.
local IDLE = { adopt = true, pages = true, each = true, run_many = true }

it("a closed client is told of by every operation", function()
	local closed = recorder.case("{}"):client()
	closed:close()
	for name, takes in pairs(FUNCTIONS) do
		local object, method = name:match "^(%w+):([%w_]+)$"
		if (object == "sandboxes" or object == "volumes") and not IDLE[method] then
			local answer, err = closed[object][method](closed[object], good(takes[1]), good(takes[2]))
			assert.is_nil(answer)
			assert.equal("closed", err.code, name)
		end
	end
end)
