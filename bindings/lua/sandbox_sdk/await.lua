--- How a call is made: waited for, or, in a coroutine that a loop runs, started and yielded for.
---
--- A loop is known by its adapter, a table of functions:
---
---     adapter.watch(descriptor, on_readable)  calls on_readable() whenever that is readable; returns what ends it
---     adapter.timer(seconds, on_time)         calls on_time() once; returns what calls it off
---     adapter.current()                       what resume() takes for the running coroutine; nil where none can yield.
---                                             A second value tells loops apart that one adapter serves
---     adapter.resume(task)                    lets it go on, at once or later; one that is dead is passed over
---     adapter.suspend(task, cancel)           optional: waits for resume(), as coroutine.yield() does where there is
---                                             none. What it waits for is ended by cancel()
---
--- What waits is held by the function that the loop was given for the descriptor, and by nothing else: a loop that is
--- dropped takes its coroutines with it, and they their calls and connections.
local core = require "sandbox_sdk.core"

local await = {}

--- The loops of this Lua state: the adapter for calls that know no other, and the plain loops, which know their own
--- coroutines.
local default
local plain

local function yield()
	coroutine.yield()
end

--- Makes an adapter the one of all clients that have none of their own; nil takes it away.
function await.use(adapter)
	default = adapter
end

--- Tells of the plain loop, whose coroutines need no adapter to be known.
function await.use_plain(current)
	plain = current
end

--- The adapter under which the running coroutine can yield, and what it is to it; nil where a call has to block.
function await.current(adapter)
	if plain then
		local loop, task = plain()
		if loop then
			return loop, task, loop
		end
	end
	adapter = adapter or default
	if adapter then
		local task, scope = adapter.current()
		if task ~= nil then
			return adapter, task, scope or adapter
		end
	end
end

--- What waits for a client's descriptor, by what tells loops apart and the descriptor. The records are the loops' own.
local scopes = setmetatable({}, { __mode = "k" })

local function records_of(scope)
	local records = scopes[scope]
	if not records then
		records = setmetatable({}, { __mode = "v" })
		scopes[scope] = records
	end
	return records
end

local function remove(record, thing)
	record.waiting[thing] = nil
	record.count = record.count - 1
end

local function stop_if_idle(record)
	if record.count == 0 and record.stop then
		local stop = record.stop
		record.stop = nil
		record.records[record.descriptor] = nil
		stop()
	end
end

--- Lets go on whom something was told. The first error that one of them raises is raised when all have been.
local function dispatch(record)
	local failed, reason
	local thing = core.client_next_told(record.client)
	while thing do
		local task = record.waiting[thing]
		if task ~= nil then
			remove(record, thing)
		end
		if task then
			local ok, err = pcall(record.adapter.resume, task)
			if not ok and not failed then
				failed, reason = true, err
			end
		end
		thing = core.client_next_told(record.client)
	end
	stop_if_idle(record)
	if failed then
		error(reason, 0)
	end
end

--- The record of a client's descriptor under an adapter; one is made, and the descriptor watched, where there is none.
local function watch(adapter, scope, client)
	local descriptor, err = core.client_descriptor(client)
	if not descriptor then
		return nil, err
	end
	local records = records_of(scope)
	local record = records[descriptor]
	if not record or not record.stop then
		record = { adapter = adapter, client = client, descriptor = descriptor, records = records }
		record.waiting, record.count = {}, 0
		records[descriptor] = record
		record.stop = adapter.watch(descriptor, function()
			core.client_process(record.client)
			dispatch(record)
		end)
	end
	return record
end

--- Ends what is waited for; the wait is over when the loop has told so.
local function end_thing(thing)
	core.cancel_waitable(thing)
end

local Wait = {}
Wait.__index = Wait

--- A coroutine that is closed while it waits (coroutine.close of Lua 5.4) ends its call. That may have something to
--- take back, for which the loop is driven until it is done.
function Wait.__close(self)
	local waiting = self.record.waiting
	if waiting[self.thing] ~= nil then
		waiting[self.thing] = false
		end_thing(self.thing)
	end
end

local function still_waits(wait)
	return wait.record.waiting[wait.thing] ~= nil or nil
end

--- Yields until something is told of a call or stream.
function await.told(adapter, task, scope, client, thing)
	local record, err = watch(adapter, scope, client)
	if not record then
		return nil, err
	end
	record.waiting[thing] = task
	record.count = record.count + 1
	local suspend = adapter.suspend or yield
	local wait = setmetatable({ record = record, thing = thing }, Wait)
	local function cancel()
		end_thing(thing)
	end
	-- Lua 5.4 closes the fourth value however the loop is left; older ones leave a yield by its return alone.
	for _ in still_waits, wait, nil, wait do
		suspend(task, cancel)
	end
	return true
end

--- Makes a call with a function of the C half, whose first argument says whether it is started.
---@param client table the client: its `native`, and its `loop` where it has an adapter of its own
---@param start function
function await.perform(client, start, ...)
	local adapter, task, scope = await.current(client.loop)
	if not adapter then
		return start(false, ...)
	end
	local call, err = start(true, ...)
	if not call then
		return nil, err
	end
	local told
	told, err = await.told(adapter, task, scope, client.native, call)
	if not told then
		return nil, err
	end
	return core.call_results(call)
end

--- Waits for a time.
function await.sleep(seconds)
	local adapter, task = await.current()
	if not adapter then
		local until_then = core.now() + seconds
		repeat
			core.poll({}, until_then - core.now(), {})
		until core.now() >= until_then
		return
	end
	local is_over = false
	local call_off = adapter.timer(seconds, function()
		is_over = true
		adapter.resume(task)
	end)
	local suspend = adapter.suspend or yield
	local function cancel()
		call_off()
		is_over = true
		adapter.resume(task)
	end
	while not is_over do
		suspend(task, cancel)
	end
end

return await
