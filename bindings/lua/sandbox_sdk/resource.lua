--- What the generated resources are made of: the one way in which an operation is called.
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local each = require "sandbox_sdk.each"
local misuse = require "sandbox_sdk.misuse"
local stream = require("sandbox_sdk.lazy") "sandbox_sdk.stream"

local invoke, perform = core.client_invoke, await.perform

---Options of a call, beside the operation's own arguments in the same table. Times are in seconds; `false` is for ever.
---@class sandbox_sdk.CallOptions
---@field extra_headers? table<string, string|false> set in the place of the client's; `false` removes one
---@field extra_query? table<string, any> merged over the client's and the operation's query
---@field extra_body? table<string, any> merged over the operation's body
---@field timeout? number|false|sandbox_sdk.Timeouts
---@field deadline? number|false for the whole call, retries and waits included
---@field max_retries? integer how often the request is sent again
---@field follow_redirects? boolean else a redirect is an error
---@field idempotency_key? string default: a new one for each POST
---@field progress? fun(done: integer, total: integer?) told of the bytes of a file; `false`, or an error, ends the call
---@field cancel? sandbox_sdk.Cancel ends the call when it is fired
---@field attempt_data? any is given to the client's on_attempt
local OPTIONS = {
	extra_headers = true,
	extra_query = true,
	extra_body = true,
	timeout = true,
	deadline = true,
	max_retries = true,
	follow_redirects = true,
	idempotency_key = true,
	progress = true,
	cancel = true,
	attempt_data = true,
}

local resource = {
	OPTIONS = OPTIONS,
}

---What an operation gives in the place of its answer. Editors have to be told of it behind the call:
---`--[[@as sandbox_sdk.Response]]`, or `--[[@as sandbox_sdk.Stream]]`.
---@class sandbox_sdk.ResultOptions
---@field raw_response? boolean the response, with status, headers and all that is known of it
---@field stream_response? boolean a stream, whose body is read as it comes
local RESULTS = { raw_response = true, stream_response = true }

--- A class of resources, such as that of client.sandboxes.
function resource.class(name)
	local class = { __name = name }
	class.__index = class
	return class
end

--- Describes an operation of a class. `path` are the names of the arguments that come first, by position; `source` and
--- `sink` the name of the one that is the bytes of an upload, or where those of a download go.
function resource.operation(class, name, description)
	description.class = class
	description.usage = "client." .. name:gsub("%.", ":") .. "()"
	description.handle = core.operation_find(name)
	assert(description.handle, "libsandbox_sdk does not know the operation " .. name)
	return description
end

--- Puts a table of a call's arguments and options apart.
local function sort(operation, usage, given, arguments)
	local options
	for name, value in each(given) do
		if arguments[name] ~= nil then
			misuse.refuse(usage, tostring(name), "is given twice")
		elseif OPTIONS[name] or RESULTS[name] then
			options = options or {}
			options[name] = value
		elseif name == operation.source then
			options = options or {}
			options.file = value
		elseif name == operation.sink then
			options = options or {}
			options.into = value
		else
			arguments[name] = value
		end
	end
	return options
end

local function check_receiver(self, operation, usage)
	if getmetatable(self) ~= operation.class then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

local function copy_without(given, left_out)
	local copy = {}
	for name, value in each(given) do
		copy[name] = value
	end
	copy[left_out] = nil
	return copy
end

--- Calls an operation whose answer the program may read as it comes: it says so by `stream_response`.
local function open_stream(self, operation, given, ...)
	misuse.check(operation.usage, "stream_response", given.stream_response, "boolean")
	local arguments = {}
	for position = 1, #operation.path do
		arguments[operation.path[position]] = (select(position, ...))
	end
	local options = sort(operation, operation.usage, given, arguments)
	options.stream_response = nil
	local request = { operation = operation.handle, arguments = arguments }
	return stream.open(self.client, operation.usage, request, options)
end

--- Calls an operation: `given` is the table of arguments and options, behind it come the arguments of the path.
function resource.call(self, operation, given, ...)
	check_receiver(self, operation, operation.usage)
	misuse.check(operation.usage, "arguments", given, "table")
	local streams = given and rawget(given, "stream_response")
	if streams then
		return open_stream(self, operation, given, ...)
	elseif streams == false then
		given = copy_without(given, "stream_response")
	end
	local source, sink, path = operation.source, operation.sink, operation.path
	local answer, detail = perform(self.client, invoke, self.native, operation.handle, source, sink, given, path, ...)
	if answer == nil then
		return misuse.checked(operation.usage, nil, detail)
	elseif sink and given and rawget(given, sink) ~= nil and not rawget(given, "raw_response") then
		return detail -- how many bytes went there
	end
	return answer, detail
end

--- Goes through all pages of an operation; `method` is the name of what was called.
function resource.pages(self, operation, method, given)
	local usage = operation.usage:gsub("[%w_]+%(%)$", method .. "()")
	check_receiver(self, operation, usage)
	misuse.check(usage, "arguments", given, "table")
	local arguments, options = {}, nil
	if given then
		options = sort(operation, usage, given, arguments)
	end
	for name in each(RESULTS) do
		if options and options[name] ~= nil then
			misuse.refuse(usage, name, "is not an option")
		end
	end
	local pages = require "sandbox_sdk.pages"
	return pages.new(self.client, usage, operation.handle, arguments, options)
end

return resource
