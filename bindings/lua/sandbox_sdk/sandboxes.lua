--- What client.sandboxes has beside the operations of the API. What it needs is loaded when it is needed first.
---@class sandbox_sdk.Sandboxes
local Sandboxes = require "sandbox_sdk.resources.sandboxes"
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local misuse = require "sandbox_sdk.misuse"

local function check_receiver(self, usage)
	if getmetatable(self) ~= Sandboxes then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

---Creates a sandbox, waits until it is ready, and makes a session of it, which deletes it when it is closed.
---
---Where its creation is not answered the sandbox is looked for by its name, if the session gave it one. Where it does
---not become ready it is deleted.
---@param arguments? sandbox_sdk.SessionOptions
---@return sandbox_sdk.Session? session
---@return sandbox_sdk.Error err
function Sandboxes:session(arguments)
	check_receiver(self, "client.sandboxes:session()")
	local session = require "sandbox_sdk.session"
	return session.create(self.client, "client.sandboxes:session()", arguments)
end

---Makes a session of a sandbox that is there. Nothing is sent.
---@param id string the identifier of the sandbox
---@param options? { keep: boolean? } `keep = false` deletes the sandbox when the session is closed
---@return sandbox_sdk.Session? session
---@return sandbox_sdk.Error err
function Sandboxes:adopt(id, options)
	check_receiver(self, "client.sandboxes:adopt()")
	local session = require "sandbox_sdk.session"
	return session.adopt(self.client, "client.sandboxes:adopt()", id, options)
end

---How a command is run in many sandboxes. The deadline is that of all together.
---@class sandbox_sdk.RunManyOptions: sandbox_sdk.RunOptions
---@field concurrency? integer in how many at a time; 16

---How the command ended in each, in the order of the identifiers.
---@class sandbox_sdk.RunResults
---@field [integer] sandbox_sdk.RunResult
---@field failed integer how many are no success

---@class sandbox_sdk.RunResult
---@field id string the identifier of the sandbox
---@field execution? sandbox_sdk.SandboxExecuteResponse
---@field error? sandbox_sdk.Error

---Runs a command in many sandboxes and waits until it has ended in all of them. A failure in one does not keep the
---others.
---@param ids string[] identifiers of sandboxes
---@param command string|sandbox_sdk.RunManyOptions
---@param options? sandbox_sdk.RunManyOptions
---@return sandbox_sdk.RunResults? results
---@return sandbox_sdk.Error err
function Sandboxes:run_many(ids, command, options)
	local usage = "client.sandboxes:run_many()"
	check_receiver(self, usage)
	local arguments = require "sandbox_sdk.arguments"
	local client = self.client
	local text, how, call = arguments.command(usage, command, options, arguments.RUN_MANY)
	local results, err = await.perform(client, core.run_many, client.native, ids, text, how, call)
	await.settle(client)
	return misuse.checked(usage, results, err)
end

return Sandboxes
