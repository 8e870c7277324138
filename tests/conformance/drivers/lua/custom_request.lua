--- Requests of the caller's own making, as a case gives them, and what came of them.
local base64 = require "base64"
local each = require "sandbox_sdk.each"
local json = require "json"
local sdk = require "sandbox_sdk"

local custom_request = {}

--- How much of a stream is read at once: little, so that there are several reads.
local PIECE = 700

--- A part with a file's name is a file.
local function part_of(given)
	local part = { name = given.name, headers = given.headers }
	local bytes = base64.decode(given.bytes)
	if given.filename then
		part.file = { data = bytes, filename = given.filename, content_type = given.type }
	else
		part.text, part.content_type = bytes, given.type
	end
	return part
end

--- The members of the table that client:request() takes.
function custom_request.members(given)
	local members = {}
	for name, value in each(given) do
		members[name] = value
	end
	members.data = given.data and base64.decode(given.data)
	for position, part in ipairs(given.parts or {}) do
		members.parts[position] = part_of(part)
	end
	return members
end

--- All but the body.
local function head_of(response)
	local headers = sdk.array()
	for position, header in ipairs(response.header_list) do
		headers[position] = sdk.array(header)
	end
	return {
		status = response.status,
		attempts = response.attempts,
		url = response.url,
		method = response.method,
		http_version = response.http_version,
		headers = headers,
	}
end

--- Waits for the answer. `received` gives the bytes that went elsewhere.
function custom_request.send(client, request, received)
	request.raw_response = true
	local response, err = client:request(request)
	local bytes = received()
	if not response then
		return nil, err
	end
	local got = head_of(response)
	got.json = response.json
	if got.json == nil then
		got.bytes = base64.encode(bytes or response.body)
	end
	return got
end

local function read_all(stream)
	local pieces = {}
	while true do
		local piece, err = stream:read(PIECE)
		if err then
			return nil, err
		elseif not piece then
			return table.concat(pieces)
		end
		pieces[#pieces + 1] = piece
	end
end

--- Opens the answer unread; its body goes where the case wants it, or is read.
function custom_request.open(client, request, received)
	local into = request.into
	request.into = nil
	local stream, err = client:open(request)
	local got, bytes
	if stream then
		got = head_of(stream.response)
		if into then
			bytes, err = stream:save(into)
		else
			bytes, err = read_all(stream)
		end
		stream:close()
	end
	local taken = received()
	if not bytes then
		return nil, err
	end
	bytes = into and taken or bytes
	if type(bytes) == "string" then
		-- What a stream gives are bytes: whether they are JSON is for its reader to say.
		local is_json, value = pcall(json.decode, bytes)
		if is_json then
			got.json = value
		end
		got.bytes = base64.encode(bytes)
	end
	return got
end

return custom_request
