--- The adapter for luv, libuv in Lua, and for Neovim, which has it built in:
---
---     sdk.use(require "sandbox_sdk.loops.luv")
---     coroutine.wrap(function() print(client.sandboxes:list()) end)()
---     uv.run()
---
--- luv has no coroutines of its own, so any coroutine is one that can wait: also one within another, which gets what it
--- yields. What one raises is raised in luv's callback. In Neovim coroutines go on, and functions of the program are
--- called, where its own functions may be.
local Parking = require "sandbox_sdk.loops.parking"
local coroutines = require "sandbox_sdk.coroutines"

local vim = rawget(_G, "vim")
local uv = vim and (vim.uv or vim.loop) or require "luv"
local parking = Parking.new()

local luv = {}

local function close(handle)
	if not handle:is_closing() then
		handle:close()
	end
end

--- Neovim's callbacks of descriptors may not call most of its functions; what is scheduled may. Meanwhile the
--- descriptor stays readable, and is not looked at.
local function start_scheduled(handle, on_readable)
	handle:start("r", function()
		handle:stop()
		vim.schedule(function()
			if not handle:is_closing() then
				start_scheduled(handle, on_readable)
				on_readable()
			end
		end)
	end)
end

function luv.watch(descriptor, on_readable)
	local handle = assert(uv.new_poll(descriptor))
	if vim then
		start_scheduled(handle, on_readable)
	else
		handle:start("r", function()
			on_readable()
		end)
	end
	return function()
		close(handle)
	end
end

--- The most that a timer is given: luv takes no number that is not an integer, such as one without end.
local LONGEST = 2 ^ 31 * 1000

function luv.timer(seconds, on_time)
	local handle = assert(uv.new_timer())
	local function ring()
		close(handle)
		on_time()
	end
	uv.update_time() -- the loop's own clock stands still while the program computes
	local milliseconds = math.ceil(math.min(math.max(seconds, 0) * 1000, LONGEST))
	handle:start(milliseconds, 0, vim and vim.schedule_wrap(ring) or ring)
	return function()
		close(handle)
	end
end

function luv.current(thread)
	return thread
end

function luv.resume(thread)
	if not parking:leave(thread) then
		return
	end
	local ok, reason = coroutine.resume(thread)
	if not ok then
		error(coroutines.traceback(thread, tostring(reason)), 0)
	end
end

function luv.suspend(thread)
	parking:wait(thread, coroutine.yield)
end

return luv
