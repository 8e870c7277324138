--- The coroutines of the plain loop.
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local coroutines = require "sandbox_sdk.coroutines"
local misuse = require "sandbox_sdk.misuse"

local unpack = table.unpack or unpack

---A coroutine of a loop.
---@class sandbox_sdk.Task
local Task = { __name = "sandbox_sdk.Task" }
Task.__index = Task

--- What loops know of tasks, beside their methods. `run_until`, which runs a loop until a task is over, is the loop's.
local task = {}

--- Tasks by their coroutines. A loop holds its tasks, and nothing else does: who drops a loop drops them.
local tasks = setmetatable({}, { __mode = "kv" })

--- The tasks that have spawned tasks, by those.
local parents = setmetatable({}, { __mode = "kv" })

--- What a task yields that waits for something; one that yields anything else lets others run.
local WAITS = {}

--- The task that is the running coroutine, and can yield where it is; nil where there is none.
function task.running()
	local thread = coroutines.current()
	return thread and tasks[thread]
end

await.use_plain(function(thread)
	local self = tasks[thread]
	if self then
		return self.loop.adapter, self
	end
end)

--- Has a task resumed in the loop's next turn.
function task.make_ready(self)
	if self.is_ready or self.is_over then
		return
	end
	local loop = self.loop
	self.is_ready = true
	loop.last = loop.last + 1
	loop.ready[loop.last] = self
end

--- Yields until the task is made ready by whoever knows what it waits for.
function task.suspend(self, cancel, what)
	if self.must_cancel then
		self.must_cancel = false
		cancel(what)
	end
	self.cancel_wait, self.waits_for = cancel, what
	coroutine.yield(WAITS)
	self.cancel_wait, self.waits_for = nil, nil
end

--- Makes a task, which is ready.
function task.new(loop, f, ...)
	local count, arguments = select("#", ...), { ... }
	local thread = coroutine.create(function()
		return f(unpack(arguments, 1, count))
	end)
	local self = setmetatable({ loop = loop, thread = thread, is_over = false, waiting = 0, waiters = {} }, Task)
	tasks[thread] = self
	parents[self] = task.running()
	task.make_ready(self)
	return self
end

--- Tells whom it concerns of what a task has raised: the task that has spawned it and may still wait for it, else the
--- loop, which raises it.
local function blame(self)
	local parent = parents[self]
	if parent and not parent.is_over then
		parent.failed = parent.failed or {}
		table.insert(parent.failed, self)
	else
		table.insert(self.loop.failed, self)
	end
end

--- What a task has raised is told of, unless somebody waits for it or has got it.
local function report(self)
	if not self.ok and self.waiting == 0 and not self.is_cancelled and not self.is_seen then
		local reason = self.results[1]
		self.traceback = type(reason) == "string" and coroutines.traceback(self.thread, reason) or nil
		self.is_unseen = true
		blame(self)
	end
end

--- Ends a task with what its coroutine gave.
function task.finish(self, ok, ...)
	local loop = self.loop
	self.is_over, self.ok, self.result_count, self.results = true, ok, select("#", ...), { ... }
	loop.tasks[self] = nil
	loop.count = loop.count - 1
	for _, waiter in ipairs(self.waiters) do
		task.make_ready(waiter)
	end
	report(self)
	for _, child in ipairs(self.failed or {}) do
		if child.is_unseen then
			blame(child)
		end
	end
end

local function take_turn(self, ok, ...)
	if not ok and self.cancel_wait then
		-- Mostly it is the error of Lua 5.1 or 5.2 of a yield in a metamethod or finalizer.
		self.cancel_wait(self.waits_for)
		task.finish(self, false, coroutines.reason((...)))
	elseif not ok or coroutine.status(self.thread) == "dead" then
		task.finish(self, ok, ...)
	elseif (...) ~= WAITS then
		task.make_ready(self)
	end
end

--- Lets a task go on. One that the program has closed, as Lua 5.4 can, is over.
function task.resume(self)
	self.has_begun = true
	if coroutine.status(self.thread) == "dead" then
		self.is_cancelled = true
		task.finish(self, false, select(2, core.cancelled()))
	else
		take_turn(self, coroutine.resume(self.thread))
	end
end

local function check_receiver(self, usage)
	if getmetatable(self) ~= Task then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

---Ends what a task waits for: that call returns an error whose code is "cancelled". A task that does not wait at the
---moment gets it of the next call that it makes, and one that has not begun never does.
function Task:cancel()
	check_receiver(self, "task:cancel()")
	if self.is_over then
		return
	end
	self.is_cancelled = true
	if not self.has_begun then
		task.finish(self, false, select(2, core.cancelled()))
	elseif self.cancel_wait then
		self.cancel_wait(self.waits_for)
	else
		self.must_cancel = true
	end
end

local Wait = {}
Wait.__index = Wait

--- A coroutine that is closed while it waits (coroutine.close of Lua 5.4) gets nothing that the other one raises.
function Wait.__close(self)
	if not self.has_returned then
		self.awaited.waiting = self.awaited.waiting - 1
		if self.awaited.is_over then
			report(self.awaited)
		end
	end
end

local function give_up(wait)
	wait.is_over = true
	if coroutine.status(wait.waiting.thread) == "dead" then
		Wait.__close(wait)
	else
		task.make_ready(wait.waiting)
	end
end

local function still_waits(wait)
	return not wait.awaited.is_over and not wait.is_over or nil
end

--- Lets other tasks run until one is over; false where the waiting task was cancelled.
local function wait_in_task(self, waiting)
	local wait = setmetatable({ awaited = self, waiting = waiting, is_over = false }, Wait)
	table.insert(self.waiters, waiting)
	self.waiting = self.waiting + 1
	-- Lua 5.4 closes the fourth value however the loop is left.
	for _ in still_waits, wait, nil, wait do
		task.suspend(waiting, give_up, wait)
		if not still_waits(wait) then
			wait.has_returned = true
			self.waiting = self.waiting - 1
		end
	end
	return self.is_over
end

--- Runs the loop until a task is over. If that raises, nobody waits any more for what the task will raise.
local function wait_in_loop(self)
	self.waiting = self.waiting + 1
	local ok, reason = pcall(task.run_until, self.loop, self)
	self.waiting = self.waiting - 1
	if not ok then
		error(reason, 0)
	end
	return true
end

---Waits until a task is over: in another task by letting others run, else by running the loop.
---@return boolean ok whether it has returned and not raised
---@return any ... what it has returned, or raised; an error with the code "cancelled" where the waiting task, or this
---one before it began, was cancelled
function Task:wait()
	check_receiver(self, "task:wait()")
	local waiting = task.running()
	if waiting == self then
		error("task:wait(): a task cannot wait for itself", 2)
	end
	local is_over = self.is_over or (waiting and wait_in_task or wait_in_loop)(self, waiting)
	if not is_over then
		return false, select(2, core.cancelled())
	end
	self.is_seen, self.is_unseen = true, false
	return self.ok, unpack(self.results, 1, self.result_count)
end

---Whether a task is over.
---@return boolean
function Task:is_done()
	check_receiver(self, "task:is_done()")
	return self.is_over
end

return task
