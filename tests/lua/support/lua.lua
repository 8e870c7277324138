--- What differs between the Luas that the tests run on, and other programs in the same Lua.
local recorder = require "support.recorder"

local lua = {}

local jit_library = rawget(_G, "jit")

--- The command of the interpreter that these tests run in.
lua.command = jit_library and "luajit" or "lua" .. _VERSION:match "%d+%.%d+"

--- The name and version as requests tell them: of a release, whose last number only its own headers know.
lua.runtime = jit_library and "LuaJIT" or "Lua"
lua.version = jit_library and jit_library.version:match "^LuaJIT (.*)$" or _VERSION:match "%d+%.%d+"

--- Whether integers are a type of their own, of 64 bits; else all numbers are doubles.
lua.has_integers = math.type ~= nil
--- Whether pairs() and ipairs() take what is no table and says how: from 5.2 on, and where LuaJIT was built so.
lua.has_pairs = pairs(setmetatable({}, {
	__pairs = function()
		return true
	end,
})) == true
--- Whether there are variables that are closed.
lua.has_close = (loadstring or load) "local x <close> = nil" ~= nil -- luacheck: ignore
--- Whether assert() raises anything that it is given, not strings alone.
lua.has_assert_of_any = type(select(2, pcall(package.loaded._G.assert, nil, {}))) == "table"

lua.unpack = table.unpack or unpack -- luacheck: ignore

--- "integer" or "float": what a number is, or, where all are doubles, would be.
function lua.kind(number)
	if math.type or type(number) ~= "number" then
		return math.type and math.type(number)
	end
	return number == math.floor(number) and "integer" or "float"
end

--- Sets how long the collector rests and how much it does in a step, and gives what it was.
function lua.set_collector(pause, step)
	local has, old = pcall(collectgarbage, "setpause", pause)
	if has then
		return old, collectgarbage("setstepmul", step)
	end
	return collectgarbage("param", "pause", pause), collectgarbage("param", "stepmul", step)
end

--- Collects all garbage. What LuaJIT has compiled keeps what it has seen there, until it is thrown away.
function lua.collect()
	if jit_library then
		jit_library.flush()
	end
	collectgarbage()
	collectgarbage()
end

--- Sets how the collector works, if it knows that way.
function lua.try_collector(mode)
	return (pcall(collectgarbage, mode))
end

--- Calls a function with a table when that is collected, which before 5.2 a proxy in it has to tell.
function lua.finalize(object, f)
	local new_proxy = rawget(_G, "newproxy")
	if new_proxy then
		object.proxy = new_proxy(true)
		getmetatable(object.proxy).__gc = function()
			f(object)
		end
	else
		setmetatable(object, { __gc = f })
	end
	return object
end

--- What a shell command prints.
function lua.shell(command)
	local pipe = assert(io.popen(command))
	local output = pipe:read "*a"
	pipe:close()
	return output
end

--- What a program in this Lua prints, its errors too. What stands before the command sets its environment.
function lua.output(program, environment)
	local name = recorder.temporary "program.lua"
	recorder.write_file(name, program)
	return lua.shell(("%s %s %s 2>&1"):format(environment or "", lua.command, name))
end

--- The exit status of a program in this Lua.
function lua.status(program)
	local name = recorder.temporary "program.lua"
	recorder.write_file(name, program)
	local result, _, status = os.execute(lua.command .. " " .. name)
	-- 5.1 gives what wait() does, and nothing else.
	return status or result / 256
end

return lua
