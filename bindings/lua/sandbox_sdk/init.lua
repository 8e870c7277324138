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

---@class sandbox_sdk
local sdk = {
	---The version of the library, such as "0.1.0".
	---@type string
	version = core.version(),
	---JSON's null, where one is to be sent; in answers, the null elements of arrays.
	---@type lightuserdata
	null = core.null,
}

---Marks a table as a JSON array. Only an empty one needs that: without the mark it is an object.
---@generic T: table
---@param elements? T a new table if none is given
---@return T # the same table
function sdk.array(elements)
	return core.array(elements)
end

---Marks a table as a JSON object, for one whose keys are not all names to be refused.
---@generic T: table
---@param members? T a new table if none is given
---@return T # the same table
function sdk.object(members)
	return core.object(members)
end

---Makes a client. Nothing is sent.
---@param options? sandbox_sdk.ClientOptions
---@return sandbox_sdk.Client? client
---@return sandbox_sdk.Error? err
function sdk.new(options)
	return client.make("sandbox_sdk.new", core.client_new, options)
end

---Starts a `sandboxd` on this machine and makes a client of it. The server and all that it keeps is gone when the
---client is closed or collected, or when this process ends.
---@param options? sandbox_sdk.ClientOptions
---@return sandbox_sdk.Client? client
---@return sandbox_sdk.Error? err
function sdk.local_server(options)
	return client.make("sandbox_sdk.local_server", core.client_new_local, options)
end

return sdk
