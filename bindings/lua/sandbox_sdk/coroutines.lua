--- Which coroutine runs, whether it can yield where it is, and what it was about.
local coroutines = {}

local running, is_yieldable = coroutine.running, coroutine.isyieldable

--- The running coroutine as its scheduler knows it: coxpcall, which is 5.1's pcall for coroutines, runs functions in
--- coroutines of its own.
local function outermost(thread)
	local protected = package.loaded.coxpcall
	if type(protected) == "table" and protected.running then
		return protected.running() or thread
	end
	return thread
end

--- Functions of Lua's own library that 5.2 can yield across, but for those that the program has taken away.
local transparent = {}
for _, name in ipairs { "pcall", "xpcall", "dofile" } do
	local f = rawget(_G, name)
	if f then
		transparent[f] = true
	end
end
local get_info = debug and debug.getinfo

--- Whether a function on the stack is one that older Luas cannot leave: one of C, and in 5.1 what a `for` loop calls.
local function is_barrier(info)
	if _VERSION == "Lua 5.1" then
		return info.what == "C" or info.name == "(for generator)"
	end
	return info.what == "C" and not transparent[info.func]
end

--- Lua 5.1 and 5.2 do not tell whether a coroutine can yield, and one that tries in vain has a call on its hands that
--- was started. Where the program has no debug library it is taken for one that can.
local function can_leave()
	local level = 3
	local info = get_info and get_info(level, "Snf")
	while info do
		if is_barrier(info) then
			return false
		end
		level = level + 1
		info = get_info(level, "Snf")
	end
	return true
end

--- The running coroutine; nil where it is none, or cannot yield: in a function that C has called, such as a comparator
--- of table.sort(), and in Lua 5.1 also within pcall() and in the iterator of a `for` loop. An iterator must not end in
--- a tail call, after which 5.1 cannot tell that it was one.
function coroutines.current()
	if is_yieldable then
		return is_yieldable() and running() or nil
	end
	local thread, is_main = running()
	if not thread or is_main or not can_leave() then
		return nil
	end
	return outermost(thread)
end

local STUCK = "a metamethod or finalizer cannot wait in this Lua; what it has begun is cancelled"

--- Why a coroutine has ended that was about to wait: it could not yield after all, of which Luas from 5.3 on tell
--- beforehand, or has failed otherwise just before.
function coroutines.reason(raised)
	local is_yield = type(raised) == "string" and raised:find("attempt to yield", 1, true)
	return is_yield and STUCK or raised
end

--- A message with what a coroutine was about; as it is where the program has no debug library.
coroutines.traceback = debug and debug.traceback or function(_, message)
	return message
end

return coroutines
