--- How a call is made: waited for, or, in a coroutine that a loop runs, started and yielded for.
---
--- A loop is known by its adapter, a table of functions:
---
---     adapter.watch(descriptor, on_readable)    calls on_readable() whenever that is readable; returns what ends it
---     adapter.timer(seconds, on_time)           calls on_time() once; returns what calls it off
---     adapter.current(thread)                   what resume() takes for the running coroutine, which can yield; nil
---                                               where it is not the loop's. A second value tells loops apart that
---                                               one adapter serves
---     adapter.resume(task)                      lets it go on, at once or later; one that is dead is passed over
---     adapter.suspend(task, cancel, what)       optional: waits for resume(), as coroutine.yield() does where there is
---                                               none. What is waited for is ended by cancel(what)
---
--- What waits is held by the function that the loop was given for the descriptor, and by nothing else: a loop that is
--- dropped takes its coroutines with it, and they their calls and connections. Who is resumed too early waits again.
local core = require "sandbox_sdk.core"
local coroutines = require "sandbox_sdk.coroutines"
local each = require "sandbox_sdk.each"
local misuse = require "sandbox_sdk.misuse"

local await = {}

--- The loops of this Lua state: the adapter for calls that know no other, and the plain loops, which know their own
--- coroutines.
local default
local plain

local function yield()
	coroutine.yield()
end

local FUNCTIONS = { "watch", "timer", "current", "resume" }

--- Checks what is given as an adapter.
function await.check(usage, argument, adapter)
	misuse.check(usage, argument, adapter, "table")
	for _, name in ipairs(adapter and FUNCTIONS or {}) do
		if type(adapter[name]) ~= "function" then
			misuse.refuse(usage, argument, "must be an adapter; it has no function '%s'", name)
		end
	end
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
---@param adapter table|false|nil that of the client; false: its calls always block
function await.current(adapter)
	if adapter == false or not (adapter or default or plain) then
		return nil
	end
	local thread = coroutines.current()
	if not thread then
		return nil
	end
	if plain then
		local loop, task = plain(thread)
		if loop then
			return loop, task, loop
		end
	end
	adapter = adapter or default
	if adapter then
		local task, scope = adapter.current(thread)
		if task ~= nil then
			return adapter, task, scope or adapter
		end
	end
end

--- What waits for a client's descriptor, by what tells loops apart and the descriptor. The records are the loops' own.
local scopes = setmetatable({}, { __mode = "k" })

--- The records by what is waited for under them: whoever drives a client may be told of what waits in another loop.
local records_by_thing = setmetatable({}, { __mode = "kv" })

local function records_of(scope)
	local records = scopes[scope]
	if not records then
		records = setmetatable({}, { __mode = "v" })
		scopes[scope] = records
	end
	return records
end

local function add(record, thing, task)
	record.waiting[thing] = task
	record.count = record.count + 1
	records_by_thing[thing] = record
end

local function remove(record, thing)
	record.waiting[thing] = nil
	record.count = record.count - 1
	records_by_thing[thing] = nil
end

local function stop_if_idle(record)
	if record.count == 0 and record.stop then
		local stop = record.stop
		record.stop = nil
		record.records[record.descriptor] = nil
		stop()
	end
end

--- Lets go on whom something was told, and returns the first error that one of them has raised.
local function resume_told(client, records)
	local failure
	local thing = core.client_next_told(client)
	while thing do
		local record = records_by_thing[thing]
		if record then
			local task = record.waiting[thing]
			remove(record, thing)
			records[record] = true
			local ok, reason = pcall(record.adapter.resume, task)
			if not ok and not failure then
				failure = { reason = reason }
			end
		end
		thing = core.client_next_told(client)
	end
	return failure
end

--- Lets go on whom something was told. The first error that one of them raises is raised when all have been. Only then
--- is a descriptor left alone that nobody waits for: who goes on mostly waits again.
local function dispatch(client)
	local records = {}
	local failure = resume_told(client, records)
	for record in each(records) do
		stop_if_idle(record)
	end
	if failure then
		error(failure.reason, 0)
	end
end

--- What a loop does when a client's descriptor is readable. An error is one that would come again and again: the
--- process was forked, or a function that the client has called runs the loop.
local function process(client)
	local done, err = core.client_process(client)
	dispatch(client)
	if not done then
		error(err, 0)
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
		record.stop = adapter.watch(descriptor, function()
			process(record.client)
		end)
		records[descriptor] = record
	end
	return record
end

local Wait = {}
Wait.__index = Wait

--- A coroutine that is closed while it waits (coroutine.close of Lua 5.4) ends its call. That may have something to
--- take back, for which the loop is driven until it is done.
function Wait.__close(self)
	if self.record.waiting[self.thing] ~= nil then
		core.cancel_waitable(self.thing)
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
	add(record, thing, task)
	local suspend = adapter.suspend or yield
	local wait = setmetatable({ record = record, thing = thing }, Wait)
	-- Lua 5.4 closes the fourth value however the loop is left; older ones leave a yield by its return alone.
	for _ in still_waits, wait, nil, wait do
		suspend(task, core.cancel_waitable, thing)
	end
	return true
end

--- Whether a coroutine waits for something.
function await.is_awaited(thing)
	local record = records_by_thing[thing]
	return record ~= nil and record.waiting[thing] ~= nil
end

--- Drives a client where nothing can yield: waits for work, does it, and lets go on whom it concerns.
local function drive(client)
	local worked, err = core.client_poll(client)
	if worked == nil then
		return nil, err
	end
	dispatch(client)
	if not worked then
		error("what is waited for cannot come: nothing is under way", 0)
	end
	return true
end

--- Asks a function of the C half about a call or stream, again and again while it answers false: there is nothing yet.
---@param client table the client: its `native`, and its `loop` where it has an adapter of its own
---@param f function
---@param thing userdata the call or stream
function await.ask(client, f, thing, ...)
	local value, err = f(thing, ...)
	while value == false do
		local adapter, task, scope = await.current(client.loop)
		local told, problem
		if adapter then
			told, problem = await.told(adapter, task, scope, client.native, thing)
		else
			told, problem = drive(client.native)
		end
		if not told then
			return nil, problem
		end
		value, err = f(thing, ...)
	end
	return value, err
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

--- After a call that waited and has driven the client meanwhile: lets go on whom it concerns.
function await.settle(client)
	if not await.current(client.loop) then
		core.client_poll(client.native, 0)
		dispatch(client.native)
	end
end

local Sleep = {}
Sleep.__index = Sleep

--- The timer of a coroutine that is closed in its sleep is called off.
function Sleep.__close(self)
	if not self.is_over then
		self.is_over = true
		self.call_off()
	end
end

local function still_sleeps(sleep)
	return not sleep.is_over or nil
end

local function wake(sleep)
	sleep.is_over = true
	sleep.adapter.resume(sleep.task)
end

local function cancel_sleep(sleep)
	if not sleep.is_over then
		sleep.is_cancelled = true
		sleep.call_off()
		wake(sleep)
	end
end

local function block(seconds)
	local until_then = core.now() + seconds
	repeat
		core.poll({}, until_then - core.now(), {})
	until core.now() >= until_then
	return true
end

--- Waits for a time. Returns true, or nil and an error where the sleeping coroutine was cancelled.
function await.sleep(seconds)
	local adapter, task = await.current()
	if not adapter then
		return block(seconds)
	end
	local sleep = setmetatable({ adapter = adapter, task = task }, Sleep)
	sleep.call_off = adapter.timer(seconds, function()
		wake(sleep)
	end)
	local suspend = adapter.suspend or yield
	for _ in still_sleeps, sleep, nil, sleep do
		suspend(task, cancel_sleep, sleep)
	end
	if sleep.is_cancelled then
		return core.cancelled()
	end
	return true
end

return await
