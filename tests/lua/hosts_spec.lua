--- Programs that the module is loaded into: what it finds there, and what it leaves alone.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local recorder = require "support.recorder"

describe("the global table", function()
	it("may refuse names that nobody has defined, and new ones", function()
		local case = recorder.case '{"data":[{"id":"a"}]}'
		assert.equal(
			"a\n",
			lua.output(([[
				local function refuse(_, name) error("a global is used: " .. tostring(name), 2) end
				setmetatable(_G, { __index = refuse, __newindex = refuse })
				local sdk = require "sandbox_sdk"
				local client = sdk.assert(sdk.new { api_key = "k", base_url = %q, max_retries = 0 })
				local loop = sdk.loop()
				loop:spawn(function()
					sdk.sleep(0)
					print(sdk.with(client, function() return sdk.assert(client.sandboxes:list()).data[1].id end))
				end)
				loop:run()
			]]):format(case.base_url))
		)
	end)

	it("may be without what a program can do harm with", function()
		local case = recorder.case '{"data":[{"id":"a"}]}'
		assert.equal(
			"a\nsandbox_sdk.new(): no_such: is not an option\n",
			lua.output(([[
				for _, name in ipairs { "debug", "io", "os", "load", "loadstring", "loadfile", "dofile", "collectgarbage" } do
					_G[name] = nil
					package.loaded[name] = nil
				end
				local sdk = require "sandbox_sdk"
				local client = sdk.assert(sdk.new { api_key = "k", base_url = %q, max_retries = 0 })
				local loop = sdk.loop()
				loop:spawn(function() print(sdk.assert(client.sandboxes:list()).data[1].id) end)
				loop:run()
				local _, err = pcall(sdk.new, { no_such = 1 })
				print(err)
			]]):format(case.base_url))
		)
	end)
end)

describe("the module, required under another name", function()
	it("is another one that shares values with the first", function()
		local case = recorder.case '{"data":[{"id":"a"}]}'
		assert.equal(
			"true\ta\ta\tnot_found\ttrue\n",
			lua.output(([[
				local first = require "sandbox_sdk"
				for name in pairs(package.loaded) do
					if name:find "^sandbox_sdk" then package.loaded[name] = nil end
				end
				local second = require "sandbox_sdk"
				local client = first.assert(first.new { api_key = "k", base_url = %q, max_retries = 0 })
				local list = client.sandboxes:list()
				local cancel = second.cancel()
				cancel:fire()
				local _, err = client.sandboxes:list { cancel = cancel, extra_body = { model = list, null = second.null } }
				local id
				local loop = second.loop()
				loop:spawn(function() id = client.sandboxes:list().data[1].id end)
				loop:run()
				print(first ~= second, list.data[1].id, id, err.code == "cancelled" and "not_found", second.null == first.null)
			]]):format(case.base_url))
		)
	end)
end)

--- Runs a program in this Lua, sends it an interrupt once a file is there, and gives what it prints.
local function interrupt(program, ready)
	local name = recorder.temporary "program.lua"
	recorder.write_file(name, program)
	return lua.shell(([[
		%s %s 2>&1 &
		while ! test -e %s; do sleep 0.02; done
		kill -INT $!
		wait $!
		echo "ended: $?"
	]]):format(lua.command, name, ready))
end

it("Ctrl-C ends a call that waits", function()
	local case = recorder.case("@delay 60\n" .. recorder.answer(200, "{}"))
	local program = [[
		local client = assert(require("sandbox_sdk").new { api_key = "k", base_url = %q, max_retries = 0 })
		client.sandboxes:list()
		print "it went on"
	]]
	local output = interrupt(program:format(case.base_url), case.folder .. "/request-1")
	assert.truthy(output:find("interrupted!", 1, true), output)
	assert.truthy(output:find("ended: 1", 1, true), output)
	assert.is_nil(output:find("it went on", 1, true), output)
end)
