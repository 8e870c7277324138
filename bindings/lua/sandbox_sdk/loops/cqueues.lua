--- The adapter for cqueues: calls in a coroutine of a controller let the controller's others run.
---
---     sdk.use(require "sandbox_sdk.loops.cqueues")
---     controller:wrap(function() print(client.sandboxes:list()) end)
---     assert(controller:loop())
---
--- Any number of controllers may run. A coroutine within one of the controller's blocks, since cqueues would not resume
--- it.
local condition = require "cqueues.condition"
local cqueues = require "cqueues"

local adapter = {}

--- What each coroutine waits for.
local conditions = setmetatable({}, { __mode = "k" })

--- Waits until a descriptor is readable, and calls; errors are the controller's to tell, and the watch goes on.
local function watch(watched)
	local pollable = { pollfd = watched.descriptor, events = "r" }
	while not watched.is_over do
		cqueues.poll(pollable, watched.over)
		if not watched.is_over then
			local ok, reason = pcall(watched.on_readable)
			if not ok then
				cqueues.running():wrap(error, reason, 0)
			end
		end
	end
end

function adapter.watch(descriptor, on_readable)
	local watched = { descriptor = descriptor, on_readable = on_readable, over = condition.new() }
	cqueues.running():wrap(watch, watched)
	return function()
		watched.is_over = true
		watched.over:signal()
		-- It may be closed, and its number another's, before the controller looks again.
		cqueues.cancel(descriptor)
	end
end

function adapter.timer(seconds, on_time)
	local called_off = condition.new()
	local is_called_off = false
	cqueues.running():wrap(function()
		cqueues.poll(called_off, math.max(seconds, 0))
		if not is_called_off then
			on_time()
		end
	end)
	return function()
		is_called_off = true
		called_off:signal()
	end
end

function adapter.current(thread)
	local controller, is_its_own = cqueues.running()
	if not controller or not is_its_own then
		return nil
	end
	local woken = conditions[thread]
	if not woken then
		woken = condition.new()
		conditions[thread] = woken
	end
	return woken, controller
end

function adapter.resume(woken)
	woken:signal()
end

function adapter.suspend(woken)
	cqueues.poll(woken)
end

return adapter
