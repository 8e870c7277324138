--- A loop for programs that have none: coroutines that run side by side, and poll(2) to wait for what they wait for.
local Timers = require "sandbox_sdk.timers"
local core = require "sandbox_sdk.core"
local each = require "sandbox_sdk.each"
local misuse = require "sandbox_sdk.misuse"
local tasks = require "sandbox_sdk.task"

---A loop. Its coroutines are tasks: calls that they make let the others run until they are done.
---@class sandbox_sdk.Loop
local Loop = { __name = "sandbox_sdk.Loop" }
Loop.__index = Loop

--- poll() takes the descriptors as an array.
local function list_descriptors(loop)
	loop.descriptors = {}
	for descriptor in each(loop.watched) do
		loop.descriptors[#loop.descriptors + 1] = descriptor
	end
end

--- What await asks of a loop.
local function adapter_of(loop)
	local adapter = { suspend = tasks.suspend, resume = tasks.make_ready }
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
		local task = tasks.running()
		return task and task.loop == loop and task or nil
	end
	return adapter
end

local loops = {}

--- Makes a loop.
---@return sandbox_sdk.Loop
function loops.new()
	local loop = { tasks = {}, count = 0, failed = {}, watched = {}, descriptors = {}, timers = Timers.new() }
	loop.ready, loop.first, loop.last = {}, 1, 0
	loop.adapter = adapter_of(loop)
	return setmetatable(loop, Loop)
end

local function check_receiver(self, usage)
	if getmetatable(self) ~= Loop then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

---Begins a task: a coroutine that runs the function once the loop does.
---@param f function
---@param ... any what it is given
---@return sandbox_sdk.Task
function Loop:spawn(f, ...)
	check_receiver(self, "loop:spawn()")
	if type(f) ~= "function" then
		misuse.refuse("loop:spawn()", "f", "must be a function, not a %s", type(f))
	end
	local task = tasks.new(self, f, ...)
	self.tasks[task] = true
	self.count = self.count + 1
	return task
end

--- Lets those run that are ready now; who becomes ready meanwhile runs in the next turn.
local function run_ready(loop)
	local last = loop.last
	while loop.first <= last do
		local task = loop.ready[loop.first]
		loop.ready[loop.first] = nil
		loop.first = loop.first + 1
		task.is_ready = false
		if not task.is_over then
			tasks.resume(task)
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

--- Ends the tasks whose coroutines the program has closed. Returns whether there were any.
local function reap(loop)
	local found = false
	for task in each(loop.tasks) do
		if coroutine.status(task.thread) == "dead" then
			tasks.make_ready(task)
			found = true
		end
	end
	return found
end

local function wait_for_work(loop)
	local seconds = patience(loop)
	if not seconds and #loop.descriptors == 0 then
		if not reap(loop) then
			error(("%d tasks wait for what cannot come"):format(loop.count), 0)
		end
		return
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

--- The next failure that nobody has waited for meanwhile.
local function next_failure(loop)
	local task = table.remove(loop.failed, 1)
	while task and not task.is_unseen do
		task = table.remove(loop.failed, 1)
	end
	return task
end

local function run_while(loop, is_wanted, raises)
	while is_wanted() do
		run_ready(loop)
		local failure = raises and next_failure(loop)
		if failure then
			return failure
		elseif is_wanted() then
			wait_for_work(loop)
		end
	end
end

local function run(loop, is_wanted, raises)
	if loop.is_running then
		error("the loop runs already", 3)
	end
	loop.is_running = true
	local ok, failure = pcall(run_while, loop, is_wanted, raises)
	loop.is_running = false
	if not ok then
		error(failure, 0)
	elseif failure then
		failure.is_unseen = false
		error(failure.traceback or failure.results[1], 0)
	end
end

---Runs the tasks until all are done. What a task raises is given to who waits for it. If nobody does, and the task that
---has spawned it is over, or there is none, it is raised here, text with its traceback; the other tasks stay as they
---are, and go on if this is called again.
function Loop:run()
	check_receiver(self, "loop:run()")
	run(self, function()
		return self.count > 0 or self.failed[1] ~= nil
	end, true)
end

--- Runs the tasks until one is over; what others raise stays for who waits for them, or runs the loop.
function tasks.run_until(loop, task)
	run(loop, function()
		return not task.is_over
	end, false)
end

return loops
