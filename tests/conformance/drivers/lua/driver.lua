--- The Lua driver of the conformance suite: one JSON line in for each case, one out.
local folder = arg[0]:match "^(.*)/" or "."
package.path = folder .. "/?.lua;" .. package.path

local base64 = require "base64"
local custom_request = require "custom_request"
local each = require "sandbox_sdk.each"
local json = require "json"
local sdk = require "sandbox_sdk"

local PHASES = { connect_timeout = "connect", read_timeout = "read", write_timeout = "write", pool_timeout = "pool" }
local CALL_OPTIONS = { headers = "extra_headers", query = "extra_query", body = "extra_body" }
local AT_ONCE = 1000

--- Where a null removes something or waits for ever, Lua says false.
local function without_null(value)
	if value == sdk.null then
		return false
	end
	return value
end

local function headers_of(headers)
	local given = {}
	for name, value in each(headers) do
		given[name] = without_null(value)
	end
	return given
end

--- Sets an option that a client and a call have in common; true if it is one.
local function set_timeout(options, name, value)
	if PHASES[name] then
		options.timeout = options.timeout or {}
		options.timeout[PHASES[name]] = without_null(value)
	elseif name == "timeout" or name == "deadline" then
		options[name] = without_null(value)
	else
		return false
	end
	return true
end

local function client_options(given)
	local options = {}
	for name, value in each(given) do
		if name == "default_headers" then
			options[given.replace_default_headers and "set_default_headers" or name] = headers_of(value)
		elseif name == "default_query" then
			options[given.replace_default_query and "set_default_query" or name] = value
		elseif not set_timeout(options, name, value) and not name:find "^replace_" and value ~= sdk.null then
			options[name] = value
		end
	end
	return options
end

--- A function that gives the bytes piece by piece, once.
local function giver(bytes)
	local position = 1
	return function()
		local piece = bytes:sub(position, position + AT_ONCE - 1)
		position = position + #piece
		return piece ~= "" and piece or nil
	end
end

local function upload_of(upload)
	local bytes = base64.decode(upload.bytes or "")
	local file = { filename = upload.filename, content_type = upload.content_type }
	if upload.from == "path" then
		file.path = upload.path
	elseif upload.from == "descriptor" then
		file.data = assert(io.open(upload.path, "rb"))
	elseif upload.from == "callback" then
		file.data = giver(bytes)
	else
		file.data = bytes
	end
	return file
end

--- Where a download goes, and what ends it: gives the bytes that a callback received.
local function download_of(download)
	if download.to == "path" then
		return download.path, function() end
	elseif download.to == "descriptor" then
		local opened = assert(io.open(download.path, "wb"))
		return opened, function()
			opened:close()
		end
	end
	local received = {}
	return function(piece)
		received[#received + 1] = piece
	end, function()
		return table.concat(received)
	end
end

local function arguments_of(step)
	local arguments = step.request and custom_request.members(step.request) or {}
	for name, value in each(step.arguments or {}) do
		if name ~= "id" then
			arguments[name] = value
		end
	end
	for name, value in each(step.options or {}) do
		if name == "headers" then
			arguments.extra_headers = headers_of(value)
		elseif not set_timeout(arguments, name, value) then
			arguments[CALL_OPTIONS[name] or name] = value
		end
	end
	if step.upload then
		arguments.file = upload_of(step.upload)
	end
	return arguments
end

local function failure(err)
	return {
		code = err.code,
		status = err.status,
		message = err.message,
		detail = err.detail,
		argument = err.argument,
		body = err.body,
		url = err.url,
		attempts = err.attempts,
		retryable = err.retryable,
		outcome_unknown = err.outcome_unknown,
		retry_after = err.retry_after,
	}
end

local function success(answer, step)
	if type(answer) == "string" then
		return { bytes = base64.encode(answer) }
	end
	local fields, presence = {}, {}
	for _, name in ipairs(step.read) do
		local value = answer[name]
		fields[name] = value == nil and sdk.null or value
		presence[name] = answer:has(name) or "absent"
	end
	return { json = answer, fields = fields, presence = presence }
end

local function call_operation(client, step, arguments, received)
	local resource, method = step.call:match "^(.-)%.(.*)$"
	local api = client[resource]
	local id = (step.arguments or {}).id
	local answer, err
	if method == "create" or method == "list" or method == "delete_all" then
		answer, err = api[method](api, arguments)
	else
		answer, err = api[method](api, id, arguments)
	end
	local bytes = received()
	if answer == nil then
		return { error = failure(err) }
	elseif type(answer) == "number" then
		return { ok = { bytes = bytes and base64.encode(bytes) } }
	end
	return { ok = success(answer, step) }
end

local function call_custom(run, arguments, received)
	local make = run.is_streaming and custom_request.open or custom_request.send
	local got, err = make(run.current, arguments, received)
	return got and { ok = got } or { error = failure(err) }
end

local function call(run, step)
	local arguments = arguments_of(step)
	local received = function() end
	if step.download then
		arguments.into, received = download_of(step.download)
	end
	if step.request then
		return call_custom(run, arguments, received)
	end
	return call_operation(run.current, step, arguments, received)
end

local function do_step(run, step)
	if step.call or step.request then
		return call(run, step)
	end
	local done, err = true, nil
	if step.with_options then
		done, err = run.current:with_options(client_options(step.with_options))
		run.current = done or run.current
	elseif step.set then
		done, err = run.current:set_options(client_options(step.set))
	elseif step.close then
		run.current:close()
	else
		run.current = run.first
	end
	return done and {} or { error = failure(err) }
end

--- An error that was raised, because it tells of a mistake in the program: its message is what follows the place and
--- the function's name, as it is where an error is returned.
local function raised(err)
	if type(err) ~= "table" then
		error(err, 0)
	end
	local told = failure(err)
	told.message = err.message:match "^.-%(%): (.*)$" or err.message
	return told
end

--- The answer to a case, each of whose steps is done by a function that is called as pcall() is.
local function answer_to(case, protect)
	local made, client, err = protect(sdk.new, client_options(case.client))
	if not made then
		return { client_error = raised(client) }
	elseif not client then
		return { client_error = failure(err) }
	end
	local run = { first = client, current = client, is_streaming = case.entry:find "stream$" ~= nil }
	local results = sdk.array()
	for index, step in ipairs(case.steps) do
		local done, result = protect(do_step, run, step)
		results[index] = done and result or { error = raised(result) }
	end
	client:close()
	return { results = results }
end

--- Calls a function in a coroutine of a loop, where the module's calls yield.
local function in_coroutine(f, ...)
	return sdk.loop():spawn(f, ...):wait()
end

for line in io.lines() do
	local case = json.decode(line)
	local answer = answer_to(case, case.entry:find "^coroutines" and in_coroutine or pcall)
	io.write(json.encode(answer), "\n")
	io.flush()
end
