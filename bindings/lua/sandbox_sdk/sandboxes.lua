--- What client.sandboxes has beside the operations of the API. What it needs is loaded when it is needed first.
local Sandboxes = require "sandbox_sdk.resources.sandboxes"
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
---@return sandbox_sdk.Error? err
function Sandboxes:session(arguments)
	check_receiver(self, "client.sandboxes:session()")
	local session = require "sandbox_sdk.session"
	return session.create(self.client, "client.sandboxes:session()", arguments)
end

---Makes a session of a sandbox that is there. Nothing is sent.
---@param id string the identifier of the sandbox
---@param options? { keep: boolean? } `keep = false` deletes the sandbox when the session is closed
---@return sandbox_sdk.Session? session
---@return sandbox_sdk.Error? err
function Sandboxes:adopt(id, options)
	check_receiver(self, "client.sandboxes:adopt()")
	local session = require "sandbox_sdk.session"
	return session.adopt(self.client, "client.sandboxes:adopt()", id, options)
end

return Sandboxes
