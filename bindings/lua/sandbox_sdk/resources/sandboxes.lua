-- Generated from api/openapi.yaml by scripts/generate; do not edit.
local resource = require "sandbox_sdk.resource"

---Sandboxes, the commands that run in them, and their files.
---@class sandbox_sdk.Sandboxes
local Sandboxes = resource.class "sandbox_sdk.sandboxes"

local create = resource.operation(Sandboxes, "sandboxes.create", { path = {} })

---Creates a sandbox.
---@param arguments? sandbox_sdk.SandboxCreateParams
---@return sandbox_sdk.SandboxCreateResponse? answer The new sandbox.
---@return sandbox_sdk.Error err
function Sandboxes:create(arguments)
	return resource.call(self, create, arguments)
end

local list = resource.operation(Sandboxes, "sandboxes.list", { path = {} })

---Lists the sandboxes, one page at a time.
---@param arguments? sandbox_sdk.SandboxListParams
---@return sandbox_sdk.SandboxListResponse? answer One page of sandboxes.
---@return sandbox_sdk.Error err
function Sandboxes:list(arguments)
	return resource.call(self, list, arguments)
end

---Goes through all pages of sandboxes.list, item by item. Nothing is sent yet. `pages:next()` gives the next item, nil
---after the last one, or nil and an error.
---@param arguments? sandbox_sdk.SandboxListParams `page` is the first one; a deadline is that of each call
---@return sandbox_sdk.Pages<sandbox_sdk.Sandbox>? pages
---@return sandbox_sdk.Error err
function Sandboxes:pages(arguments)
	return resource.pages(self, list, "pages", arguments)
end

---The items of all pages, one after the other: `for item in client.sandboxes:each() do`. None comes twice. An error is
---raised.
---@param arguments? sandbox_sdk.SandboxListParams as those of `pages()`
---@return fun(): sandbox_sdk.Sandbox?
function Sandboxes:each(arguments)
	local pages, err = resource.pages(self, list, "each", arguments)
	if not pages then
		error(err, 0)
	end
	return pages:each()
end

local get = resource.operation(Sandboxes, "sandboxes.get", { path = { "id" } })

---Tells of one sandbox. An extension: a server that lacks it answers 404 or 405, as for any path that it does not know.
---@param id string The identifier of the sandbox.
---@param arguments? sandbox_sdk.SandboxGetParams
---@return sandbox_sdk.Sandbox? answer The sandbox.
---@return sandbox_sdk.Error err
function Sandboxes:get(id, arguments)
	return resource.call(self, get, arguments, id)
end

local delete = resource.operation(Sandboxes, "sandboxes.delete", { path = { "id" } })

---Deletes a sandbox together with its storage. A snapshot of the storage can be taken first.
---@param id string The identifier of the sandbox.
---@param arguments? sandbox_sdk.SandboxDeleteParams
---@return sandbox_sdk.SandboxDeleteResponse? answer What was deleted, and what was kept.
---@return sandbox_sdk.Error err
function Sandboxes:delete(id, arguments)
	return resource.call(self, delete, arguments, id)
end

local delete_all = resource.operation(Sandboxes, "sandboxes.delete_all", { path = {} })

---Deletes every sandbox of the account together with its storage.
---@param arguments? sandbox_sdk.SandboxDeleteAllParams
---@return sandbox_sdk.SandboxDeleteAllResponse? answer What was deleted, and what could not be.
---@return sandbox_sdk.Error err
function Sandboxes:delete_all(arguments)
	return resource.call(self, delete_all, arguments)
end

local execute = resource.operation(Sandboxes, "sandboxes.execute", { path = { "id" } })

---Runs a command in a sandbox and waits for its end. A command that ends with a non-zero exit code is a result, not an
---error.
---@param id string The identifier of the sandbox.
---@param arguments sandbox_sdk.SandboxExecuteParams
---@return sandbox_sdk.SandboxExecuteResponse? answer How the command ended and what it wrote.
---@return sandbox_sdk.Error err
function Sandboxes:execute(id, arguments)
	return resource.call(self, execute, arguments, id)
end

local upload = resource.operation(Sandboxes, "sandboxes.upload", { path = { "id" }, source = "file" })

---Writes a file into a sandbox. The file's bytes are streamed and arrive exactly as they are.
---@param id string The identifier of the sandbox.
---@param arguments sandbox_sdk.SandboxUploadParams
---@return sandbox_sdk.SandboxUploadResponse? answer The file that was written.
---@return sandbox_sdk.Error err
function Sandboxes:upload(id, arguments)
	return resource.call(self, upload, arguments, id)
end

local download = resource.operation(Sandboxes, "sandboxes.download", { path = { "id" }, sink = "into" })

---Reads a file out of a sandbox. The file's bytes are streamed and arrive exactly as they are.
---@param id string The identifier of the sandbox.
---@param arguments sandbox_sdk.SandboxDownloadParams
---@return string|integer? bytes with `into`: how many went there
---@return sandbox_sdk.Error err
function Sandboxes:download(id, arguments)
	return resource.call(self, download, arguments, id)
end

return Sandboxes
