--- A command while it runs: its output as it is written, then its result.
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local misuse = require "sandbox_sdk.misuse"

---What happened to a command.
---@class sandbox_sdk.ExecutionEvent
---@field kind "started"|"stdout"|"stderr"|"heartbeat"|"result" the last one is "result"
---@field id? string the identifier of the run, where the server tells it
---@field data? string of "stdout" and "stderr": bytes, exactly as they were written
---@field execution_time_ms? integer of "heartbeat": how long the command has run
---@field execution? sandbox_sdk.SandboxExecuteResponse of "result": how it ended and what it wrote

---The events of a command that runs, made by `session:stream()`. One that is closed, or dropped, before its end ends
---the command.
---@class sandbox_sdk.ExecutionStream
local ExecutionStream = { __name = "sandbox_sdk.ExecutionStream" }
ExecutionStream.__index = ExecutionStream

local execution_stream = {}

local function check_receiver(self, usage)
	if getmetatable(self) ~= ExecutionStream then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

--- Starts a command in a session; returns when the server has answered.
---@param session table
---@param usage string what the program called
---@param command string
---@param how table?
---@param options table?
function execution_stream.open(session, usage, command, how, options)
	local client = session.client
	local started = await.current(client.loop) ~= nil
	local native, err =
		misuse.checked(usage, core.session_stream(started, session.native, command, how, options))
	if not native then
		return nil, err
	end
	local begun
	begun, err = await.ask(client, core.execution_stream_begun, native)
	if not begun then
		return misuse.checked(usage, nil, err)
	end
	return setmetatable({ native = native, client = client, session = session }, ExecutionStream)
end

--- The next event, and what came of the command once there is none.
local function read(self)
	if await.is_awaited(self.native) then
		error("the stream is read by another coroutine", 0)
	end
	local event, err = await.ask(self.client, core.execution_stream_next, self.native)
	if event and event.kind == "result" then
		self.execution = event.execution
	elseif err then
		self.failure = err
	end
	return event, err
end

---The next event. After an error each later one is the same.
---@return sandbox_sdk.ExecutionEvent? event nil after the result
---@return sandbox_sdk.Error err
function ExecutionStream:next()
	check_receiver(self, "stream:next()")
	return read(self)
end

---The events until the result, or until an error: `for event in stream:events() do`. Which of them it was is told by
---`stream:result()`.
---@return fun(): sandbox_sdk.ExecutionEvent?
function ExecutionStream:events()
	check_receiver(self, "stream:events()")
	return function()
		local event = read(self)
		return event
	end
end

---How the command ended. Events that nobody has read are passed over.
---@return sandbox_sdk.SandboxExecuteResponse? execution
---@return sandbox_sdk.Error err
function ExecutionStream:result()
	check_receiver(self, "stream:result()")
	while not self.execution and not self.failure do
		read(self)
	end
	if self.execution then
		return self.execution
	end
	return nil, self.failure
end

---Ends the stream, and with it a command that still runs. Whoever waits for it, and each later read, gets an error
---whose code is "closed". Closing again does nothing.
function ExecutionStream:close()
	check_receiver(self, "stream:close()")
	core.execution_stream_close(self.native)
end

ExecutionStream.__close = ExecutionStream.close

function ExecutionStream:__tostring()
	return ("sandbox_sdk.ExecutionStream (%s)"):format(self.session.id)
end

return execution_stream
