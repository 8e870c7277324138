-- What a script finds beside Lua's own and json: client, parallel, describe and print. It is given the operations, and
-- four functions of the process: send(operation, arguments, file) sends a call and gives its number; receive() waits
-- for the next answer and gives its number, whether it is a success, and the answer; write(text) prints; where() tells
-- the script's line.
local operations, process = ...
local send, receive, write, where = process.send, process.receive, process.write, process.where
local json = json -- luacheck: ignore 113
local create, resume, running, status = coroutine.create, coroutine.resume, coroutine.running, coroutine.status
local isyieldable, yield = coroutine.isyieldable, coroutine.yield
local concat, insert, remove, sort = table.concat, table.insert, table.remove, table.sort
local error, getmetatable, ipairs, load, next, pcall = error, getmetatable, ipairs, load, next, pcall
local select, setmetatable, tostring, type = select, setmetatable, tostring, type

-- How many functions of one parallel() are under way at a time.
local SIDE_BY_SIDE <const> = 16

---- tasks ----

local tasks = setmetatable({}, { __mode = "k" }) -- what is done when the task of a coroutine has ended
local waiting = {} -- the coroutine that waits for the answer of a number
local answers = {} -- those that no coroutine has been given
local ready = {} -- tasks that can go on
local yielded = {} -- those that let the others go first
local outstanding = 0 -- calls without an answer
local WAIT <const> = {} -- what a task yields that something else makes ready

-- Wherever a table is made a finalizer may run, and may call an operation: that is a turn within this one.
local function stepped(task, success, value)
	if status(task) == "dead" then
		tasks[task](success, value)
	elseif value ~= WAIT then
		insert(yielded, task)
	end
end

local function step(task)
	return stepped(task, resume(task))
end

-- Lets a task go on, or waits for an answer.
local function turn()
	local task = remove(ready, 1)
	if task then
		return step(task)
	end
	if outstanding > 0 then
		local number, success, answer = receive()
		outstanding = outstanding - 1
		answers[number] = { success = success, answer = answer }
		insert(ready, waiting[number])
		waiting[number] = nil
	end
	for _ = 1, #yielded do
		insert(ready, remove(yielded, 1))
	end
end

-- The coroutine, if it is one that can let the others go on.
local function this_task()
	local task = running()
	return tasks[task] and isyieldable() and task
end

local function wait_for(number)
	outstanding = outstanding + 1
	local task = this_task()
	if task then
		waiting[number] = task
		yield(WAIT)
	end
	while not answers[number] do
		turn()
	end
	local answer = answers[number]
	answers[number] = nil
	return answer
end

-- Calls f(item, index) for each item of a list, many side by side, and returns the list of what they return. When all
-- have ended the first error is raised again.
function parallel(items, f) -- luacheck: ignore 111
	if type(items) ~= "table" or type(f) ~= "function" then
		error("parallel: it is given a list and a function", 2)
	end
	local results, failures, first, under_way, waiter = {}, {}, 1, 0, nil
	local count = #items

	local function begin()
		local index = first
		first, under_way = first + 1, under_way + 1
		local task = create(function()
			return f(items[index], index)
		end)
		tasks[task] = function(success, value)
			under_way = under_way - 1
			if success then
				results[index] = value
			else
				insert(failures, { index = index, error = value })
			end
			if first <= count then
				begin()
			elseif under_way == 0 and waiter then
				insert(ready, waiter)
			end
		end
		insert(ready, task)
	end

	while first <= count and under_way < SIDE_BY_SIDE do
		begin()
	end
	while under_way > 0 do
		waiter = this_task()
		if waiter then
			yield(WAIT)
		else
			turn()
		end
	end
	sort(failures, function(left, right)
		return left.index < right.index
	end)
	if failures[1] then
		error(failures[1].error, 0)
	end
	return results
end

---- the operations ----

local Error = { __name = "error" }

function Error:__tostring()
	return concat({ self.where or "", self.operation or "", ": ", self.message or "" })
end

local function call(operation, arguments, file)
	local place = where()
	local answer = wait_for(send(operation.name, arguments, file))
	if answer.success then
		return answer.answer
	end
	local failure = answer.answer
	failure.operation, failure.where = operation.name, place
	error(setmetatable(failure, Error), 0)
end

local function check(operation, resource, self, arguments)
	local usage = ("client.%s:%s(%s{…})"):format(
		operation.resource,
		operation.verb,
		operation.path_parameter and operation.path_parameter .. ", " or ""
	)
	if self ~= resource then
		error("call it with a colon: " .. usage, 3)
	elseif arguments ~= nil and type(arguments) ~= "table" then
		error(usage .. ": arguments are in a table, not a " .. type(arguments), 3)
	end
end

local function bind(resource, operation)
	return function(self, first, second)
		local arguments = {}
		local given = first
		if operation.path_parameter and type(first) ~= "table" then
			arguments[operation.path_parameter], given = first, second
		end
		check(operation, resource, self, given)
		for name, value in next, given or {} do
			arguments[name] = value
		end
		local file = operation.has_file and arguments.file or nil
		if file then
			arguments.file = nil
			if type(file) ~= "string" then
				error("file: it is a string, not a " .. type(file), 2)
			end
		end
		return call(operation, arguments, file)
	end
end

local resources = {}
for _, operation in ipairs(operations) do
	local resource = resources[operation.resource] or {}
	resources[operation.resource] = resource
	resource[operation.verb] = bind(resource, operation)
end
client = resources -- luacheck: ignore 111

-- The operations that this server offers, each with one sentence, or the JSON Schemas of one.
function describe(name) -- luacheck: ignore 111
	local described = {}
	for _, operation in ipairs(operations) do
		if operation.is_offered and not name then
			insert(described, { name = operation.name, summary = operation.summary })
		elseif operation.is_offered and operation.name == name then
			local definition = json.decode(operation.definition)
			local arguments = definition.inputSchema.properties
			arguments.fields, arguments.encoding = nil, nil -- a script cuts down by itself, and its strings are bytes
			return { arguments = arguments, answer = definition.outputSchema }
		end
	end
	return name and error("describe: there is no operation " .. tostring(name), 2) or described
end

---- what Lua has ----

-- A table is shown by what it holds.
local function shown(value)
	local metatable = getmetatable(value)
	if type(value) == "table" and not (type(metatable) == "table" and metatable.__tostring) then
		local success, text = pcall(json.encode, value)
		return success and text or tostring(value)
	end
	return tostring(value)
end

function print(...) -- luacheck: ignore 121
	for i = 1, select("#", ...) do
		write(i > 1 and "\t" or "")
		write(shown((select(i, ...))))
	end
	write("\n")
end

-- Text alone: what was compiled can break out of the interpreter.
_G.load = function(chunk, name, _, ...)
	if select("#", ...) > 0 then
		return load(chunk, name, "t", (...))
	end
	return load(chunk, name, "t")
end

for _, name in ipairs { "collectgarbage", "dofile", "loadfile", "warn" } do
	_G[name] = nil
end
string.dump = nil -- luacheck: ignore 122
