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

--- Tasks by their coroutines. A loop holds its tasks, and nothing else does: who drops a loop drops them.
local tasks = setmetatable({}, { __mode = "kv" })

--- The tasks that have spawned tasks, by those.
local parents = setmetatable({}, { __mode = "kv" })

--- What a task yields that waits for something; one that yields anything else lets others run.
local WAITS = {}

--- The task that is the running coroutine, and can yield where it is; nil where there is none.
function Task.running()
	local thread = coroutines.current()
	return thread and tasks[thread]
end

await.use_plain(function(thread)
	local task = tasks[thread]
	if task then
		return task.loop.adapter, task
	end
end)

--- Has a task resumed in the loop's next turn.
function Task.make_ready(task)
	if task.is_ready or task.is_over then
		return
	end
	local loop = task.loop
	task.is_ready = true
	loop.last = loop.last + 1
	loop.ready[loop.last] = task
end

--- Yields until the task is made ready by whoever knows what it waits for.
function Task.suspend(task, cancel, what)
	if task.must_cancel then
		task.must_cancel = false
		cancel(what)
	end
	task.cancel_wait, task.waits_for = cancel, what
	coroutine.yield(WAITS)
	task.cancel_wait, task.waits_for = nil, nil
end

--- Makes a task, which is ready.
function Task.new(loop, f, ...)
	local count, arguments = select("#", ...), { ... }
	local thread = coroutine.create(function()
		return f(unpack(arguments, 1, count))
	end)
	local task = setmetatable({ loop = loop, thread = thread, is_over = false, waiting = 0, waiters = {} }, Task)
	tasks[thread] = task
	parents[task] = Task.running()
	Task.make_ready(task)
	return task
end

--- Tells whom it concerns of what a task has raised: the task that has spawned it and may still wait for it, else the
--- loop, which raises it.
local function blame(task)
	local parent = parents[task]
	if parent and not parent.is_over then
		parent.failed = parent.failed or {}
		table.insert(parent.failed, task)
	else
		table.insert(task.loop.failed, task)
	end
end

--- Ends a task with what its coroutine gave.
function Task.finish(task, ok, ...)
	local loop = task.loop
	task.is_over, task.ok, task.result_count, task.results = true, ok, select("#", ...), { ... }
	loop.tasks[task] = nil
	loop.count = loop.count - 1
	for _, waiter in ipairs(task.waiters) do
		Task.make_ready(waiter)
	end
	if not ok and task.waiting == 0 and not task.is_cancelled then
		task.traceback = type(...) == "string" and debug.traceback(task.thread, (...)) or nil
		task.is_unseen = true
		blame(task)
	end
	for _, child in ipairs(task.failed or {}) do
		if child.is_unseen then
			blame(child)
		end
	end
end

local function take_turn(task, ok, ...)
	if not ok or coroutine.status(task.thread) == "dead" then
		Task.finish(task, ok, ...)
	elseif (...) ~= WAITS then
		Task.make_ready(task)
	end
end

--- Lets a task go on. One that the program has closed, as Lua 5.4 can, is over.
function Task.resume(task)
	task.has_begun = true
	if coroutine.status(task.thread) == "dead" then
		task.is_cancelled = true
		Task.finish(task, false, select(2, core.cancelled()))
	else
		take_turn(task, coroutine.resume(task.thread))
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
		Task.finish(self, false, select(2, core.cancelled()))
	elseif self.cancel_wait then
		self.cancel_wait(self.waits_for)
	else
		self.must_cancel = true
	end
end

local function give_up(wait)
	wait.is_over = true
	Task.make_ready(wait.task)
end

--- Lets other tasks run until one is over; false where the waiting task was cancelled.
local function wait_in_task(self, waiting)
	local wait = { task = waiting, is_over = false }
	table.insert(self.waiters, waiting)
	while not self.is_over and not wait.is_over do
		Task.suspend(waiting, give_up, wait)
	end
	return self.is_over
end

---Waits until a task is over: in another task by letting others run, else by running the loop.
---@return boolean ok whether it has returned and not raised
---@return any ... what it has returned, or raised; an error with the code "cancelled" where the waiting task, or this
---one before it began, was cancelled
function Task:wait()
	check_receiver(self, "task:wait()")
	local waiting = Task.running()
	if waiting == self then
		error("task:wait(): a task cannot wait for itself", 2)
	end
	local is_over = true
	self.waiting = self.waiting + 1
	if waiting then
		is_over = wait_in_task(self, waiting)
	elseif not self.is_over then
		self.loop:run_until(self)
	end
	self.waiting = self.waiting - 1
	if not is_over then
		return false, select(2, core.cancelled())
	end
	self.is_unseen = false
	return self.ok, unpack(self.results, 1, self.result_count)
end

---Whether a task is over.
---@return boolean
function Task:is_done()
	check_receiver(self, "task:is_done()")
	return self.is_over
end

return Task
