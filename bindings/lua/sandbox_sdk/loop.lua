--- A loop for programs that have none: coroutines that run side by side, and poll(2) to wait for what they wait for.
local Timers = require "sandbox_sdk.timers"
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local misuse = require "sandbox_sdk.misuse"

local unpack = table.unpack or unpack
local is_yieldable = coroutine.isyieldable or function()
	return true
end

---A loop. Its coroutines are tasks: calls that they make let the others run until they are done.
---@class sandbox_sdk.Loop
local Loop = { __name = "sandbox_sdk.Loop" }
Loop.__index = Loop

---A coroutine of a loop.
---@class sandbox_sdk.Task
local Task = { __name = "sandbox_sdk.Task" }
Task.__index = Task

--- Tasks by their coroutines. A loop holds its tasks, and nothing else does: who drops a loop drops them.
local tasks = setmetatable({}, { __mode = "kv" })

local function running_task()
	local thread = coroutine.running()
	local task = thread and tasks[thread]
	if task and is_yieldable() then
		return task
	end
end

await.use_plain(function()
	local task = running_task()
	if task then
		return task.loop.adapter, task, task.loop
	end
end)

local function make_ready(task)
	if task.is_ready or task.is_over then
		return
	end
	local loop = task.loop
	task.is_ready = true
	loop.last = loop.last + 1
	loop.ready[loop.last] = task
end

--- Yields until the task is made ready by whoever knows what it waits for.
local function suspend(task, cancel)
	task.is_suspended, task.cancel_wait = true, cancel
	coroutine.yield()
	task.is_suspended, task.cancel_wait = false, nil
end

--- poll() takes the descriptors as an array.
local function list_descriptors(loop)
	loop.descriptors = {}
	for descriptor in pairs(loop.watched) do
		loop.descriptors[#loop.descriptors + 1] = descriptor
	end
end

--- What await asks of a loop.
local function adapter_of(loop)
	local adapter = { suspend = suspend, resume = make_ready }
	function adapter.watch(descriptor, on_readable)
		loop.watched[descriptor] = on_readable
		list_descriptors(loop)
		return function()
			loop.watched[descriptor] = nil
			list_descriptors(loop)
		end
	end
	function adapter.timer(seconds, on_time)
		local timer = { at = core.now() + seconds, on_time = on_time }
		loop.timers:add(timer)
		return function()
			loop.timers:remove(timer)
		end
	end
	function adapter.current()
		local task = running_task()
		return task and task.loop == loop and task or nil, loop
	end
	return adapter
end

---Makes a loop.
---@return sandbox_sdk.Loop
function Loop.new()
	local loop = { tasks = {}, count = 0, watched = {}, descriptors = {}, timers = Timers.new() }
	loop.ready, loop.first, loop.last = {}, 1, 0
	loop.adapter = adapter_of(loop)
	return setmetatable(loop, Loop)
end

local function check_receiver(self, class, usage)
	if getmetatable(self) ~= class then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

---Begins a task: a coroutine that runs the function once the loop does.
---@param f function
---@param ... any what it is given
---@return sandbox_sdk.Task
function Loop:spawn(f, ...)
	check_receiver(self, Loop, "loop:spawn()")
	if type(f) ~= "function" then
		misuse.refuse("loop:spawn()", "f", "must be a function, not a %s", type(f))
	end
	local count, arguments = select("#", ...), { ... }
	local thread = coroutine.create(function()
		return f(unpack(arguments, 1, count))
	end)
	local task = setmetatable({ loop = self, thread = thread, is_over = false, waiters = {} }, Task)
	tasks[thread] = task
	self.tasks[task] = true
	self.count = self.count + 1
	make_ready(task)
	return task
end

local function finish(task, ok, ...)
	local loop = task.loop
	task.is_over, task.ok, task.result_count, task.results = true, ok, select("#", ...), { ... }
	loop.tasks[task] = nil
	loop.count = loop.count - 1
	for _, waiter in ipairs(task.waiters) do
		make_ready(waiter)
	end
	if not ok and not task.is_awaited and not task.is_cancelled then
		loop.failure = loop.failure or debug.traceback(task.thread, tostring((...)))
	end
end

local function take_turn(task, ok, ...)
	if not ok or coroutine.status(task.thread) == "dead" then
		finish(task, ok, ...)
	elseif not task.is_suspended then
		make_ready(task) -- it yields to let others run
	end
end

--- Lets those run that are ready now; who becomes ready meanwhile runs in the next turn.
local function run_ready(loop)
	for index = loop.first, loop.last do
		local task = loop.ready[index]
		loop.ready[index] = nil
		loop.first = index + 1
		task.is_ready = false
		if not task.is_over then
			task.has_begun = true
			take_turn(task, coroutine.resume(task.thread))
		end
	end
end

--- How long poll() may wait; nil: without end.
local function patience(loop)
	if loop.first <= loop.last then
		return 0
	end
	local timer = loop.timers:first()
	return timer and math.max(timer.at - core.now(), 0)
end

local function run_timers(loop)
	local now = core.now()
	local timer = loop.timers:first()
	while timer and timer.at <= now do
		loop.timers:remove(timer)
		timer.on_time()
		timer = loop.timers:first()
	end
end

local function turn(loop)
	run_ready(loop)
	if loop.failure or loop.count == 0 then
		return
	end
	local seconds = patience(loop)
	if not seconds and #loop.descriptors == 0 then
		error(("%d tasks wait for what cannot come"):format(loop.count), 0)
	end
	local readable = {}
	for index = 1, core.poll(loop.descriptors, seconds, readable) do
		local on_readable = loop.watched[readable[index]]
		if on_readable then
			on_readable()
		end
	end
	run_timers(loop)
end

local function run_while(loop, wanted)
	if loop.is_running then
		error("the loop runs already", 3)
	end
	loop.is_running = true
	local ok, reason = pcall(function()
		while wanted() and not loop.failure do
			turn(loop)
		end
	end)
	loop.is_running = false
	if ok and loop.failure then
		ok, reason, loop.failure = false, loop.failure, nil
	end
	if not ok then
		error(reason, 0)
	end
end

---Runs the tasks until all are done. What one of them raises, unless somebody waits for it, is raised here, with its
---traceback; the others stay as they are, and go on if this is called again.
function Loop:run()
	check_receiver(self, Loop, "loop:run()")
	run_while(self, function()
		return self.count > 0
	end)
end

---Ends what a task waits for: that call returns an error whose code is "cancelled". One that has not begun never does.
function Task:cancel()
	check_receiver(self, Task, "task:cancel()")
	if self.is_over then
		return
	end
	self.is_cancelled = true
	if self.cancel_wait then
		self.cancel_wait()
	elseif not self.has_begun then
		finish(self, false, "cancelled before it began")
	end
end

---Waits until a task is over: in another task by letting others run, else by running the loop.
---@return boolean ok whether it has returned and not raised
---@return any ... what it has returned, or raised
function Task:wait()
	check_receiver(self, Task, "task:wait()")
	local waiting = running_task()
	if waiting == self then
		error("task:wait(): a task cannot wait for itself", 2)
	end
	self.is_awaited = true
	if waiting then
		self.waiters[#self.waiters + 1] = waiting
	end
	while not self.is_over do
		if waiting then
			suspend(waiting)
		else
			run_while(self.loop, function()
				return not self.is_over
			end)
		end
	end
	return self.ok, unpack(self.results, 1, self.result_count)
end

---Whether a task is over.
---@return boolean
function Task:is_done()
	check_receiver(self, Task, "task:is_done()")
	return self.is_over
end

return Loop
