--- The adapter for copas, LuaSocket's scheduler, from its version 1.1 on:
---
---     sdk.use(require "sandbox_sdk.loops.copas")
---     copas.addthread(function() print(client.sandboxes:list()) end)
---     copas.loop()
---
--- copas does not tell its threads from other coroutines, so any coroutine is taken for one. What a thread raises goes
--- to its error handler.
local Parking = require "sandbox_sdk.loops.parking"
local copas = require "copas"
local core = require "sandbox_sdk.core"

local parking = Parking.new()
local adapter = {}

--- A descriptor as copas sees a socket: it tells what select() has to look at, and has something to receive each time
--- that select() says so.
local Descriptor = {}
Descriptor.__index = Descriptor

function Descriptor:getfd()
	return self.descriptor
end

--- LuaSocket takes a dirty socket for readable and leaves its descriptor, which may be closed, alone.
function Descriptor:dirty()
	return self.is_over
end

function Descriptor:receive()
	self.is_asked = not self.is_asked
	if self.is_asked and not self.is_over then
		return nil, "timeout"
	end
	return ""
end

function Descriptor:close() -- luacheck: ignore 212/self
	return true
end

function adapter.watch(descriptor, on_readable)
	local watched = setmetatable({ descriptor = descriptor, is_over = false }, Descriptor)
	copas.addthread(function()
		while not watched.is_over do
			copas.receive(watched)
			if not watched.is_over then
				on_readable()
			end
		end
	end)
	return function()
		watched.is_over = true
	end
end

local sleep = copas.pause or copas.sleep

--- Where copas has no times, a descriptor has.
local function descriptor_timer(seconds, on_time)
	local descriptor, timer = core.timer(seconds)
	local stop
	local function call_off()
		stop()
		timer:close()
	end
	stop = adapter.watch(descriptor, function()
		call_off()
		on_time()
	end)
	return call_off
end

local function thread_timer(seconds, on_time)
	local is_called_off = false
	local thread = copas.addthread(function()
		sleep(math.max(seconds, 0))
		if not is_called_off then
			on_time()
		end
	end)
	return function()
		is_called_off = true
		copas.wakeup(thread)
	end
end

adapter.timer = sleep and thread_timer or descriptor_timer

function adapter.current(thread)
	return thread
end

local suspend, resume

if sleep then
	local wait = copas.pauseforever or function()
		copas.sleep(-1)
	end
	function suspend()
		wait()
	end
	function resume(thread)
		copas.wakeup(thread)
	end
else
	--- What a thread yields names the set that it waits in; of this one copas knows nothing.
	local nowhere = { insert = function() end, push = function() end }
	function suspend()
		coroutine.yield(nowhere, nowhere)
	end
	function resume(thread)
		copas.addthread(thread)
	end
end

function adapter.resume(thread)
	if parking:leave(thread) then
		resume(thread)
	end
end

function adapter.suspend(thread)
	parking:wait(thread, suspend)
end

return adapter
