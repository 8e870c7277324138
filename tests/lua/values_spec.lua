--- Values both ways: what tables become in a request, and how answers read.
package.path = "tests/lua/?.lua;" .. package.path
local json = require "dkjson"
local lua = require "support.lua"
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

--- The JSON text that a value of extra_body is sent as.
local function sent(value)
	local case = recorder.case "{}"
	assert(case:client().sandboxes:create { extra_body = { value = value } })
	return case:request().body:match '^{%s*"value":%s*(.-)%s*}$'
end

--- The model of an answer.
local function model(text)
	return assert(recorder.case(text):client().sandboxes:create())
end

describe("a value that is sent", function()
	it("keeps its type", function()
		assert.equal("true", sent(true))
		assert.equal("false", sent(false))
		assert.equal("null", sent(sdk.null))
		assert.equal("9007199254740991", sent(9007199254740991))
		assert.equal(0.1, tonumber(sent(0.1)))
	end)

	if lua.has_integers then
		it("is an integer or a number as it is in Lua", function()
			assert.equal("9223372036854775807", sent(math.maxinteger))
			assert.equal("-9223372036854775808", sent(math.mininteger))
			assert.equal("float", lua.kind(tonumber(sent(3.0))))
		end)
	else
		it("is an integer where it is integral and exact", function()
			assert.equal("3", sent(3.0))
			assert.equal("9007199254740992", sent(2 ^ 53))
			assert.equal("-9007199254740992", sent(-2 ^ 53))
			for _, number in ipairs { 2 ^ 53 + 2, -2 ^ 53 - 2, 2 ^ 63, 1e300, 1.5 } do
				local text = sent(number)
				assert.equal(number, tonumber(text))
				assert.truthy(text:find "[.e]")
			end
		end)
	end

	it("keeps every byte of a text", function()
		assert.equal("a\0b\"\\\r\n\1é€", json.decode(sent "a\0b\"\\\r\n\1é€"))
		assert.equal('""', sent "")
	end)

	it("is an array or an object as its keys and marks say", function()
		assert.equal("{}", sent {})
		assert.equal("[]", sent(sdk.array {}))
		assert.equal("[]", sent(sdk.array()))
		assert.equal("{}", sent(sdk.object()))
		assert.same({ 1, { 2 }, "x" }, json.decode(sent { 1, { 2 }, "x" }))
		assert.same({ a = { b = { 1 } } }, json.decode(sent { a = { b = { 1 } } }))
	end)

	it("can be a part of an answer", function()
		local answer = model '{"list":[1,{"a":null}],"big":18446744073709551615}'
		assert.equal('[1,{"a":null}]', (sent(answer.list):gsub("%s", "")))
		assert.equal('{"list":[1,{"a":null}],"big":18446744073709551615}', (sent(answer):gsub("%s", "")))
	end)

	it("nests deep, but not for ever", function()
		local deep = {}
		for _ = 1, 400 do
			deep = { deep }
		end
		assert.truthy(sent(deep))
		local cycle = {}
		cycle.again = cycle
		local answer, err = recorder.case("{}"):client().sandboxes:create { extra_body = cycle }
		assert.is_nil(answer)
		assert.equal("invalid_argument", err.code)
		assert.equal("extra_body.again.again", err.argument:sub(1, #"extra_body.again.again"))
	end)

	it("is sent as null where an argument is sdk.null, and not at all where it is nil", function()
		local case = recorder.case "{}"
		assert(case:client().sandboxes:create { name = sdk.null, image = nil })
		assert.same('{"name":null}', (case:request().body:gsub("%s", "")))
	end)
end)

describe("a value that JSON cannot carry is refused with its place", function()
	local refused = {
		["a function"] = { print, "value" },
		["a coroutine"] = { coroutine.create(function() end), "value" },
		["an io file"] = { io.stdout, "value" },
		["an infinity"] = { 1 / 0, "value" },
		["no number"] = { 0 / 0, "value" },
		["text that is not UTF-8"] = { "a\255", "value" },
		["half of a surrogate pair"] = { "\237\160\128", "value" },
		["positions and names"] = { { 1, a = 2 }, "value" },
		["holes"] = { { 1, nil, 3 }, "value" },
		["holes only"] = { { [5] = 1 }, "value" },
		["a float for a key"] = { { [1.5] = 1 }, "value" },
		["a boolean for a key"] = { { [true] = 1 }, "value" },
		["a name with a NUL"] = { { ["a\0b"] = 1 }, "value" },
		["a name that is not UTF-8"] = { { ["\255"] = 1 }, "value" },
		["an array with names"] = { sdk.array { a = 1 }, "value" },
		["an object with positions"] = { sdk.object { 1 }, "value" },
		["something within"] = { { list = { 1, { deep = print } } }, "value.list[2].deep" },
		["something first within"] = { { { print } }, "value[1][1]" },
	}
	for name, case in pairs(refused) do
		it(name, function()
			local client = assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1" })
			local answer, err = outcome.of(client.sandboxes.create, client.sandboxes, { extra_body = { value = case[1] } })
			assert.is_nil(answer)
			assert.equal("invalid_argument", err.code)
			assert.equal("extra_body." .. case[2], err.argument)
			assert.equal(err.argument .. ": ", err.message:sub(1, #err.argument + 2))
		end)
	end
end)

it("a place that is too long for an error is cut", function()
	local client = assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1" })
	local long = ("n"):rep(200)
	local body = { [long] = { [long] = print } }
	local _, err = outcome.of(client.sandboxes.create, client.sandboxes, { extra_body = body })
	assert.truthy(err.argument:find "^extra_body%.n+%.n+$", err.argument)
	assert.equal(err.argument .. ": is a function, which JSON cannot carry", err.message)
end)

it("sdk.array and sdk.object mark the table that they are given, unless it has a metatable", function()
	local list = { 1 }
	assert.equal(list, sdk.array(list))
	assert.equal(list, sdk.array(list))
	assert.has_error(function()
		sdk.array(setmetatable({}, {}))
	end)
	assert.has_error(function()
		sdk.object(list)
	end)
	assert.has_error(function()
		sdk.array "text"
	end)
end)

--- Goes through an object and an array in it by functions like pairs() and ipairs().
local function check_parts(answer, over_pairs, over_elements)
	local seen = {}
	for position, value in over_elements(answer.list) do
		seen[position] = value
	end
	assert.equal(10, seen[1])
	assert.equal(sdk.null, seen[2])
	assert.equal(1, seen[3].a)
	assert.is_nil(seen[4])
	seen = {}
	for name, value in over_pairs(answer) do
		seen[#seen + 1] = name
		assert.is_not_nil(value)
	end
	assert.same({ "list", "empty", "none" }, seen)
	seen = {}
	for position in over_pairs(answer.list) do
		seen[#seen + 1] = position
	end
	assert.same({ 1, 2, 3 }, seen)
end

describe("an answer", function()
	it("keeps the types of its values", function()
		local answer = model [[{"i":9223372036854775807,"n":-1,"f":1.0,"e":1e2,"u":18446744073709551615,
			"past":9007199254740993,"exact":9007199254740991,"s":"a\u0000b€","t":true,"no":false,"z":0}]]
		-- The nearest double of what this Lua's integers do not hold, as of the same numeral in a program.
		assert.equal(9223372036854775807, answer.i)
		assert.equal(9007199254740993, answer.past)
		assert.equal(9007199254740991, answer.exact)
		assert.equal(-1, answer.n)
		assert.equal(1, answer.f)
		assert.equal(100, answer.e)
		if lua.has_integers then
			assert.equal("integer", lua.kind(answer.i))
			assert.equal("integer", lua.kind(answer.n))
			assert.equal("float", lua.kind(answer.f))
			assert.equal("float", lua.kind(answer.e))
		end
		assert.equal(18446744073709551615, answer.u)
		assert.equal("a\0b€", answer.s)
		assert.is_true(answer.t)
		assert.is_false(answer.no)
		assert.equal(0, answer.z)
	end)

	it("tells null from absent", function()
		local answer = model '{"id":null,"name":"x"}'
		assert.is_nil(answer.id)
		assert.is_nil(answer.cpu)
		assert.equal("null", answer:has "id")
		assert.equal("present", answer:has "name")
		assert.is_false(answer:has "cpu")
		assert.is_false(answer:has "name\0")
		assert.is_nil(answer["name\0"])
	end)

	it("keeps fields that are not known, and values of other types than said", function()
		local answer = model '{"id":7,"new_field":{"a":[1,2]},"name":["x"]}'
		assert.equal(7, answer.id)
		assert.equal(2, answer.new_field.a[2])
		assert.equal("x", answer.name[1])
	end)

	it("counts and goes through its parts", function()
		local answer = model '{"list":[10,null,{"a":1}],"empty":[],"none":null}'
		assert.equal(3, #answer.list)
		assert.equal(0, #answer.empty)
		assert.equal(3, #answer)
		check_parts(answer, answer.pairs, answer.list.ipairs)
		if lua.has_pairs then
			check_parts(answer, pairs, ipairs)
		end
		assert.is_nil(answer:ipairs()())
		assert.is_nil(answer.list[0])
		assert.is_nil(answer.list[4])
		assert.is_nil(answer.list[-1])
		assert.is_nil(answer.list[1.5])
		assert.is_nil(answer[1])
		assert.is_nil(answer[true])
	end)

	it("gives a table of its own", function()
		local answer = model '{"a":{"b":[1,null]},"e":[]}'
		local copy = answer:to_table()
		assert.same({ a = { b = { 1, sdk.null } }, e = {} }, copy)
		assert.equal("[]", sent(copy.e))
		copy.a.b[1] = 2
		assert.equal(1, answer.a.b[1])
	end)

	it("gives its JSON", function()
		local answer = model '{"a":{"b":[1,null]},"n":1.5}'
		assert.equal('{"a":{"b":[1,null]},"n":1.5}', answer:to_json(0))
		assert.equal(answer:to_json(0), tostring(answer))
		assert.equal('{\n  "a": {', answer:to_json():sub(1, 10))
		assert.same({ a = { b = { 1 } }, n = 1.5 }, (json.decode(answer:to_json(4))))
		assert.equal('{"b":[1,null]}', tostring(answer.a))
		assert.has_error(function()
			answer:to_json(-1)
		end)
		assert.has_error(function()
			answer:to_json "x"
		end)
	end)

	it("is equal by value", function()
		local one, other = model '{"a":1,"b":[{}]}', model '{"b":[{}],"a":1.0}'
		assert.is_true(one == other)
		assert.is_true(one.b == one.b)
		assert.is_false(one == one.b)
		assert.is_false(one == 1)
	end)

	it("cannot be changed", function()
		local answer = model '{"a":1}'
		assert.has_error(function()
			answer.a = 2
		end, "a model is read-only; model:to_table() gives a table of its own")
		assert.equal(1, answer.a)
		assert.equal("sandbox_sdk.model", getmetatable(answer))
	end)

	it("has methods before fields of their names", function()
		local answer = model '{"has":1,"to_table":2,"pairs":3,"ipairs":4}'
		assert.is_function(answer.has)
		assert.equal("present", answer:has "has")
		assert.equal(1, answer:to_table().has)
	end)

	it("outlives its client and the answer that it is a part of", function()
		local part
		do
			local client = recorder.case('{"data":[{"id":"x"}]}'):client()
			part = assert(client.sandboxes:list()).data[1]
			client:close()
		end
		collectgarbage()
		collectgarbage()
		assert.equal("x", part.id)
	end)
end)
