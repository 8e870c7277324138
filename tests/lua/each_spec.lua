--- How the module goes through tables: not by loops that LuaJIT's compiler leaves too early.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"

--- A loop whose compilation is given up while it runs, because of the one in it. It prints what it has missed.
local PROGRAM = [[
local each = require "sandbox_sdk.each"
local inner = { 1, 2, 3, 4, 5 }
local outer = { a = inner, b = inner, c = inner, d = inner, e = inner }
local function return_to_the_interpreter(...)
	for _ = 1, 100 do end
end
local missed = 0
for _ = 1, 100000 do
	return_to_the_interpreter()
	local count = 0
	for _, members in each(outer) do
		for _ in each(members) do end
		count = count + 1
	end
	missed = missed + 5 - count
end
io.write(missed)
]]

local function files(folder)
	local listing = assert(io.popen("find " .. folder .. " -name '*.lua'"))
	local names = {}
	for name in listing:lines() do
		names[#names + 1] = name
	end
	listing:close()
	return names
end

describe("each()", function()
	it("goes through all members, in a loop whose compilation is given up, too", function()
		local path = os.tmpname()
		local file = assert(io.open(path, "w"))
		file:write(PROGRAM)
		file:close()
		local run = assert(io.popen(lua.command .. " " .. path .. " 2>&1"))
		local said = run:read "*a"
		run:close()
		os.remove(path)
		assert.equal("0", said)
	end)

	it("is what all of the module's own loops use", function()
		local found = {}
		for _, name in ipairs(files "bindings/lua/sandbox_sdk") do
			local number = 0
			for line in io.lines(name) do
				number = number + 1
				if line:find "^%s*for .* in pairs%(" or line:find "^%s*for .* in next," then
					found[#found + 1] = ("%s:%d"):format(name, number)
				end
			end
		end
		assert.same({}, found)
		assert.is_true(#files "bindings/lua/sandbox_sdk" > 10)
	end)
end)
