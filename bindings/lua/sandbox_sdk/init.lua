--- The sandbox API for Lua: sandboxes to run commands in, on the hosted service or on a server of one's own.
---
---     local sdk = require "sandbox_sdk"
---     local client = assert(sdk.new())
---     local sandbox = assert(client.sandboxes:create { name = "hello" })
---     local run = assert(client.sandboxes:execute(sandbox.id, { command = "echo hello" }))
---
--- What can happen comes back as `nil, err`, where err.code is a stable name such as "not_found" and err prints as its
--- message. Only a mistake in the program raises an error: a method called with a dot, or options that are no table.
local client = require "sandbox_sdk.client"
local core = require "sandbox_sdk.core"
local lazy = require "sandbox_sdk.lazy"
local misuse = require "sandbox_sdk.misuse"

local await = lazy "sandbox_sdk.await"
local loops = lazy "sandbox_sdk.loop"

local unpack = table.unpack or unpack

local function pack(...)
	return { n = select("#", ...), ... }
end

local function method_close(thing)
	return thing.close
end

---@class sandbox_sdk
local sdk = {
	---The version of the library, such as "0.1.0".
	---@type string
	version = core.version(),
	---JSON's null, where one is to be sent; in answers, the null elements of arrays.
	---@type lightuserdata
	null = core.null,
	---Lua's own assert(), but that before 5.3 it raises the error itself, too, where Lua's takes only text as the reason.
	assert = assert,
}

---Marks a table as a JSON array. Only an empty one needs that: without the mark it is an object.
---@generic T: table
---@param elements? T a new table if none is given
---@return T # the same table
function sdk.array(elements)
	return (misuse.checked("sandbox_sdk.array()", core.array(elements)))
end

---Marks a table as a JSON object, for one whose keys are not all names to be refused.
---@generic T: table
---@param members? T a new table if none is given
---@return T # the same table
function sdk.object(members)
	return (misuse.checked("sandbox_sdk.object()", core.object(members)))
end

---Makes a client. Nothing is sent.
---@param options? sandbox_sdk.ClientOptions
---@return sandbox_sdk.Client? client
---@return sandbox_sdk.Error err
function sdk.new(options)
	return client.make("sandbox_sdk.new()", core.client_new, options)
end

---Starts a `sandboxd` on this machine and makes a client of it. The server and all that it keeps is gone when the
---client is closed or collected, or when this process ends.
---@param options? sandbox_sdk.ClientOptions
---@return sandbox_sdk.Client? client
---@return sandbox_sdk.Error err
function sdk.local_server(options)
	return client.make("sandbox_sdk.local_server()", core.client_new_local, options)
end

---What ends calls: given to any number of them as the option `cancel`.
---@class sandbox_sdk.Cancel
---Ends the calls that it was given to, and each later one before it begins: their errors have the code "cancelled".
---@field fire fun(self: sandbox_sdk.Cancel)
---@field is_fired fun(self: sandbox_sdk.Cancel): boolean

---Makes what ends calls.
---@return sandbox_sdk.Cancel
function sdk.cancel()
	return assert(core.cancel())
end

---Makes a loop for a program that has none: `loop:spawn(f)` begins a coroutine, `loop:run()` runs all to their ends.
---@return sandbox_sdk.Loop
function sdk.loop()
	return loops.new()
end

---Makes an event loop the one whose coroutines calls yield in, unless their client has one of its own.
---@param adapter table? such as `require "sandbox_sdk.loops.luv"`; nil: calls block again
function sdk.use(adapter)
	await.check("sandbox_sdk.use()", "adapter", adapter)
	await.use(adapter)
end

---Waits: in a coroutine that a loop runs by letting others run, else by blocking.
---@param seconds number
---@return true? waited
---@return sandbox_sdk.Error err the task was cancelled
function sdk.sleep(seconds)
	if type(seconds) ~= "number" then
		misuse.refuse("sandbox_sdk.sleep()", "seconds", "must be a number, not a %s", type(seconds))
	elseif seconds ~= seconds then
		-- No time is ever later than that: it would not return.
		misuse.refuse("sandbox_sdk.sleep()", "seconds", "must be a number, not %s", tostring(seconds))
	end
	return await.sleep(seconds)
end

---Calls a function with something that can be closed, and closes that however the function ends. Where it cannot be
---closed, that error is raised, unless the function raised another.
---@generic T
---@param thing T a client or a session
---@param f fun(thing: T, ...): ...
---@param ... any what the function is given as well
---@return any ... what the function returns; what it raises is raised again
function sdk.with(thing, f, ...)
	local has_method, close = pcall(method_close, thing)
	if not has_method or type(close) ~= "function" then
		misuse.refuse("sandbox_sdk.with()", "thing", "must be something that can be closed, not a %s", type(thing))
	elseif type(f) ~= "function" then
		misuse.refuse("sandbox_sdk.with()", "f", "must be a function, not a %s", type(f))
	end
	local results = pack(pcall(f, thing, ...))
	local _, err = thing:close()
	if not results[1] then
		error(results[2], 0)
	elseif err then
		error(err, 0)
	end
	return unpack(results, 2, results.n)
end

if select(2, pcall(assert, nil, sdk)) ~= sdk then
	-- Not written as `function sdk.assert`: to editors it is Lua's own, whose type they know.
	rawset(sdk, "assert", function(value, err, ...)
		if not value then
			error(err == nil and "assertion failed!" or err, 0)
		end
		return value, err, ...
	end)
end

return sdk
