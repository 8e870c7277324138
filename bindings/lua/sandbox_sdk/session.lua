--- Sessions: a sandbox of one's own, deleted when the session is closed.
local arguments = require "sandbox_sdk.arguments"
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local misuse = require "sandbox_sdk.misuse"

---A sandbox to run commands in and to move files to and from, made by `client.sandboxes:session()`. One that is dropped
---without being closed is deleted, too, which may take a moment.
---@class sandbox_sdk.Session
---@field id string the identifier of the sandbox
---@field sandbox? sandbox_sdk.Sandbox the sandbox as it was when it had become ready; nil where it was adopted
---@field client sandbox_sdk.Client
local Session = { __name = "sandbox_sdk.Session" }
Session.__index = Session

---@class sandbox_sdk.SessionOptions: sandbox_sdk.SandboxCreateParams
---@field name_prefix? string what the name begins with that the session gives where there is no `name`; "session-"
---@field ready_timeout? number|false how many seconds to wait until the sandbox is ready; 120
---@field keep? boolean leave the sandbox when the session is closed

---How a command is run.
---@class sandbox_sdk.RunOptions: sandbox_sdk.CallOptions
---@field [1]? string the command, a whole shell command line, where that is not given before the table
---@field command? string the same
---@field env? table<string, string> environment variables for this command
---@field working_dir? string the directory in the sandbox that it starts in
---@field api_timeout? integer how many seconds it may run before the server ends it
---@field check? boolean any end but exit code 0 is an error, whose `execution` has all output

---How a file or a directory is moved.
---@class sandbox_sdk.TransferOptions: sandbox_sdk.CallOptions
---@field directory? boolean whether it is a directory, where that is known; that spares a request
---@field skipped? fun(path: string, reason: string) told of each entry of a directory that is left out
---@field max_entries? integer how many entries a directory may bring here; 1,000,000
---@field max_bytes? integer how many bytes its files may have together; 64 GiB
---@field remote_temporary? string a directory of the sandbox for the archive that a directory travels in; "/tmp"

local CREATE = { name_prefix = true, ready_timeout = true, keep = true }
local TRANSFER = { directory = true, skipped = true, max_entries = true, max_bytes = true, remote_temporary = true }
local ADOPT, READ, NONE = { keep = true }, { into = true }, {}

local function wrap(client, native)
	return setmetatable(
		{ native = native, client = client, id = core.session_id(native), sandbox = core.session_sandbox(native) },
		Session
	)
end

local function check_receiver(self, usage)
	if getmetatable(self) ~= Session then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

local function perform(self, usage, start, ...)
	return misuse.checked(usage, await.perform(self.client, start, self.native, ...))
end

local session = {}

--- Creates a sandbox and waits until it is ready.
function session.create(client, usage, given)
	local create = {}
	local how, options = arguments.sort(usage, given, CREATE, create)
	local native, err = await.perform(client, core.session_create, client.native, create, how, options)
	if not native then
		return misuse.checked(usage, nil, err)
	end
	return wrap(client, native)
end

--- Makes a session of a sandbox that is there.
function session.adopt(client, usage, id, given)
	local how = arguments.sort(usage, given, ADOPT)
	local native, err = core.session_adopt(await.current(client.loop) ~= nil, client.native, id, how)
	if not native then
		return misuse.checked(usage, nil, err)
	end
	return wrap(client, native)
end

---Runs a command and waits for its end: `session:run("make", { check = true })` or, the same,
---`session:run { "make", check = true }`.
---@param command string|sandbox_sdk.RunOptions
---@param options? sandbox_sdk.RunOptions
---@return sandbox_sdk.SandboxExecuteResponse? execution how it ended and what it wrote
---@return sandbox_sdk.Error err with `check` "command_failed" for any end but exit code 0: see err.execution
function Session:run(command, options)
	check_receiver(self, "session:run()")
	local text, how, call = arguments.command("session:run()", command, options)
	return perform(self, "session:run()", core.session_run, text, how, call)
end

---Runs a command and gives its output while it is written, then its result. Closing the stream before its end ends the
---command. `check` is no option: the result says how the command ended.
---
---    local stream = assert(session:stream "make -j2")
---    for event in stream:events() do
---        io.write(event.data or "")
---    end
---    local execution = assert(stream:result())
---@param command string|sandbox_sdk.RunOptions
---@param options? sandbox_sdk.RunOptions
---@return sandbox_sdk.ExecutionStream? stream
---@return sandbox_sdk.Error err
function Session:stream(command, options)
	local usage = "session:stream()"
	check_receiver(self, usage)
	local execution_stream = require "sandbox_sdk.execution_stream"
	return execution_stream.open(self, usage, arguments.command(usage, command, options, arguments.STREAM))
end

---Reads a file of the sandbox.
---@param path string the file in the sandbox
---@param options? sandbox_sdk.SandboxDownloadParams `into` says where the bytes go; default: they are returned
---@return string|integer? bytes with `into`: how many went there
---@return sandbox_sdk.Error err
function Session:read(path, options)
	check_receiver(self, "session:read()")
	local own, call = arguments.sort("session:read()", options, READ)
	local into = own and own.into
	if into ~= nil then
		call = call or {}
		call.into = into
	end
	local bytes, size = perform(self, "session:read()", core.session_read, path, call)
	if bytes ~= nil and into ~= nil then
		return size
	elseif bytes == nil then
		return nil, size
	end
	return bytes
end

---Writes a file of the sandbox, which is replaced where it exists.
---@param path string the file in the sandbox
---@param file sandbox_sdk.Source
---@param options? sandbox_sdk.CallOptions
---@return true? written
---@return sandbox_sdk.Error err
function Session:write(path, file, options)
	check_receiver(self, "session:write()")
	local _, call = arguments.sort("session:write()", options, NONE)
	call = call or {}
	call.file = file
	if file == nil then
		misuse.refuse("session:write()", "file", "must be given")
	end
	return perform(self, "session:write()", core.session_write, path, call)
end

---Sends a file or a whole directory to the sandbox.
---@param local_path string a file or directory of this machine
---@param remote string where it goes: of a file its path, of a directory the directory that its entries go into
---@param options? sandbox_sdk.TransferOptions
---@return true? sent
---@return sandbox_sdk.Error err
function Session:upload(local_path, remote, options)
	check_receiver(self, "session:upload()")
	local how, call = arguments.sort("session:upload()", options, TRANSFER)
	return perform(self, "session:upload()", core.session_upload, local_path, remote, how, call)
end

---Fetches a file or a whole directory. Whatever the sandbox sends, nothing is written outside `local_path`.
---@param remote string a file or directory in the sandbox
---@param local_path string where it goes on this machine
---@param options? sandbox_sdk.TransferOptions
---@return true? fetched
---@return sandbox_sdk.Error err
function Session:download(remote, local_path, options)
	check_receiver(self, "session:download()")
	local how, call = arguments.sort("session:download()", options, TRANSFER)
	return perform(self, "session:download()", core.session_download, remote, local_path, how, call)
end

---Decides anew whether the sandbox is left when the session is closed.
---@param keep? boolean default: true
function Session:keep(keep)
	check_receiver(self, "session:keep()")
	misuse.check("session:keep()", "keep", keep, "boolean")
	core.session_keep(self.native, keep ~= false)
end

---Deletes the sandbox, unless it is kept. One that is gone already is no error; closing again does nothing. Where it
---fails it can be tried again.
---@param options? sandbox_sdk.CallOptions
---@return true? closed
---@return sandbox_sdk.Error err
function Session:close(options)
	check_receiver(self, "session:close()")
	local _, call = arguments.sort("session:close()", options, NONE)
	return perform(self, "session:close()", core.session_close, call)
end

--- The end of a block of Lua 5.4's. What went wrong in the block is told before what goes wrong here.
function Session:__close(failure)
	local closed, err = self:close()
	if not closed and failure == nil then
		error(err, 0)
	end
end

function Session:__tostring()
	return ("sandbox_sdk.Session (%s)"):format(self.id)
end

return session
