--- Streams: answers whose body is read as it comes, in the manner of an io file.
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local misuse = require "sandbox_sdk.misuse"

local unpack = table.unpack or unpack

--- How many bytes are asked for where the program does not say.
local PIECE = 32768

---An event of a stream of server-sent events.
---@class sandbox_sdk.Event
---@field type string "message" where the stream did not name one
---@field data string its lines joined by a line feed
---@field id? string the last one that the stream gave, with this or an earlier event
---@field retry? integer milliseconds to wait before a new connection, as the stream last said

---An answer whose body is read as it comes. What is not read is held back at the server.
---@class sandbox_sdk.Stream
---@field response sandbox_sdk.Response the head of the answer
---@field status integer its status
---@field headers table<string, string> its headers; read in any case
local Stream = {}

local metatable = { __name = "sandbox_sdk.Stream" }

local stream = {}

local function check_receiver(self, method)
	if getmetatable(self) ~= metatable then
		misuse.refuse(("stream:%s()"):format(method), "self", "it is called with a colon")
	end
end

local function ask(self, f, ...)
	if await.is_awaited(self.native) then
		error("the stream is read by another coroutine", 0)
	end
	return await.ask(self.client, f, self.native, ...)
end

--- The next bytes, at most so many: from what read() has left, else as they come.
local function next_bytes(self, size)
	local rest = self.rest
	if rest then
		self.rest = nil
		if #rest > size then
			self.rest = rest:sub(size + 1)
			rest = rest:sub(1, size)
		end
		return rest
	end
	return ask(self, core.stream_read, size)
end

local function put_back(self, bytes)
	if bytes ~= "" then
		self.rest = bytes .. (self.rest or "")
	end
end

--- Bytes up to a number, fewer only at the end; nil at the end.
local function read_count(self, count)
	local pieces, left = {}, count
	if count == 0 then
		local bytes, err = next_bytes(self, PIECE)
		put_back(self, bytes or "")
		return bytes and "", err
	end
	while left > 0 do
		local bytes, err = next_bytes(self, left)
		if err then
			return nil, err
		elseif not bytes then
			break
		end
		left = left - #bytes
		pieces[#pieces + 1] = bytes
	end
	return pieces[1] and table.concat(pieces)
end

local function read_all(self)
	local pieces = {}
	while true do
		local bytes, err = next_bytes(self, PIECE)
		if err then
			return nil, err
		elseif not bytes then
			return table.concat(pieces)
		end
		pieces[#pieces + 1] = bytes
	end
end

--- Up to a line feed, as io does; `keeps`: with it.
local function read_line(self, keeps)
	local pieces = {}
	while true do
		local bytes, err = next_bytes(self, PIECE)
		if err then
			return nil, err
		elseif not bytes then
			return pieces[1] and table.concat(pieces)
		end
		local feed = bytes:find("\n", 1, true)
		if feed then
			put_back(self, bytes:sub(feed + 1))
			pieces[#pieces + 1] = bytes:sub(1, keeps and feed or feed - 1)
			return table.concat(pieces)
		end
		pieces[#pieces + 1] = bytes
	end
end

--- Whether a number is one of bytes, at least so many. One without end is: it asks for all.
local function is_count(number, least)
	return number >= least and number == math.floor(number)
end

local function read_format(self, format)
	if type(format) == "number" then
		if not is_count(format, 0) then
			misuse.refuse("stream:read()", "format", "must be a whole number of bytes, not %s", tostring(format))
		end
		return read_count(self, format)
	end
	local letter = type(format) == "string" and format:match "^%*?([alL])"
	if letter == "a" then
		return read_all(self)
	elseif letter then
		return read_line(self, letter == "L")
	end
	misuse.refuse("stream:read()", "format", 'must be a number of bytes, "a", "l" or "L"')
end

---Reads bytes, as file:read() does. It waits for as many as are asked for; fewer come only at the end.
---@param ... integer|"a"|"l"|"L" how many bytes; all; a line; a line with its end. Default: a line
---@return string? bytes nil at the end
---@return sandbox_sdk.Error err
function Stream:read(...)
	check_receiver(self, "read")
	local count = select("#", ...)
	if count < 2 then
		return read_format(self, count == 0 and "l" or (...))
	end
	local results = {}
	for index = 1, count do
		local bytes, err = read_format(self, (select(index, ...)))
		if err then
			return nil, err
		end
		results[index] = bytes
		if not bytes then
			break
		end
	end
	return unpack(results, 1, count)
end

--- An iterator has no place for `nil, err`.
local function iterate(next_piece)
	return function()
		local piece, err = next_piece()
		if err then
			error(err, 0)
		end
		return piece
	end
end

---The bytes in pieces as they come: `for chunk in stream:chunks() do`. What ends the body early is raised.
---@param size? integer how many bytes a piece has at most; default 32768
---@return fun(): string?
function Stream:chunks(size)
	check_receiver(self, "chunks")
	misuse.check("stream:chunks()", "size", size, "number")
	size = size or PIECE
	if not is_count(size, 1) then
		misuse.refuse("stream:chunks()", "size", "must be a whole number of at least 1, not %s", tostring(size))
	end
	return iterate(function()
		return next_bytes(self, size)
	end)
end

---The lines without their ends, which are LF, CRLF or CR. Not to be mixed with other ways of reading. What ends the
---body early is raised.
---@return fun(): string?
function Stream:lines()
	check_receiver(self, "lines")
	return iterate(function()
		return ask(self, core.stream_line)
	end)
end

---The server-sent events. Not to be mixed with other ways of reading. What ends the body early is raised.
---@return fun(): sandbox_sdk.Event?
function Stream:events()
	check_receiver(self, "events")
	return iterate(function()
		return ask(self, core.stream_event)
	end)
end

--- Gives each piece to a function, which tells of a failure as io does.
local function pour(self, write)
	while true do
		local bytes, err = next_bytes(self, PIECE)
		if err then
			return nil, err
		elseif not bytes then
			return true
		end
		local ok, written, reason = pcall(write, bytes)
		if not ok then
			written, reason = nil, written
		end
		if written == false or (written == nil and reason ~= nil) then
			return core.failure("local_file", "into: " .. tostring(reason or "the function failed"), reason)
		end
	end
end

--- Where a file is written before it has its name. io.open() follows links, so nobody may know that name before.
local function part_name(path)
	local source, reason = io.open("/dev/urandom", "rb")
	if not source then
		return nil, reason
	end
	source:setvbuf "no"
	local random = source:read(8)
	source:close()
	if not random or #random < 8 then
		return nil, "no random name for its parts"
	end
	local folder, name = path:match "^(.*/)([^/]*)$"
	local digits = random:gsub(".", function(byte)
		return ("%02x"):format(byte:byte())
	end)
	return ("%s.%s.%s.part"):format(folder or "", (name or path):sub(1, 200), digits)
end

local Part = {}
Part.__index = Part

--- A coroutine that is closed while it writes (coroutine.close of Lua 5.4) leaves no part of a file.
function Part.__close(self)
	if not self.is_over then
		self.file:close()
		os.remove(self.name)
	end
end

local function is_open(part)
	return not part.is_over or nil
end

--- A file at a path appears whole or not at all.
local function pour_to_path(self, path)
	local name, reason = part_name(path)
	local file
	if name then
		file, reason = io.open(name, "wb")
	end
	if not file then
		return core.failure("local_file", "into: " .. reason)
	end
	local part = setmetatable({ name = name, file = file }, Part)
	local saved, err, closed, problem
	-- Lua 5.4 closes the fourth value however the loop is left.
	for _ in is_open, part, nil, part do
		saved, err = pour(self, function(bytes)
			return file:write(bytes)
		end)
		closed, problem = file:close()
		part.is_over = true
	end
	if saved and closed then
		closed, problem = os.rename(name, path)
	end
	if saved and closed then
		return true
	end
	os.remove(name)
	if saved then
		return core.failure("local_file", "into: " .. problem)
	end
	return nil, err
end

---Writes what is left of the body to a path (where it appears whole or not at all), an open io file, or a function that
---is called with each piece and fails by `false`, or `nil, reason`, or by an error.
---@param into string|file*|fun(bytes: string): any
---@return true? saved
---@return sandbox_sdk.Error err
function Stream:save(into)
	check_receiver(self, "save")
	local kind = io.type(into) or type(into)
	if kind ~= "string" and kind ~= "file" and kind ~= "function" then
		misuse.refuse("stream:save()", "into", "must be a string, an open io file or a function, not a %s", kind)
	end
	if not core.stream_is_started(self.native) and not self.rest then
		return misuse.checked("stream:save()", core.stream_save(self.native, into))
	elseif kind == "string" then
		return pour_to_path(self, into)
	elseif kind == "function" then
		return pour(self, into)
	end
	return pour(self, function(bytes)
		return into:write(bytes)
	end)
end

---Ends the stream. Its connection is closed unless the body was read to its end. Whoever waits for it, and each later
---read, gets an error whose code is "closed". Closing again does nothing.
function Stream:close()
	check_receiver(self, "close")
	self.rest = nil
	core.stream_close(self.native)
end

metatable.__close = Stream.close

function metatable.__index(self, name)
	if name == "status" or name == "headers" then
		return self.response[name]
	end
	return Stream[name]
end

function metatable.__tostring(self)
	return ("sandbox_sdk.Stream (%s): %s"):format(tostring(rawget(self, "response")), tostring(self.native))
end

--- Makes a request whose answer is a stream; returns when its head is there.
---@param client table
---@param usage string what the program called
---@param request table
---@param options table?
function stream.open(client, usage, request, options)
	local native, err = misuse.checked(
		usage,
		core.client_open(await.current(client.loop) ~= nil, client.native, request, options)
	)
	if not native then
		return nil, err
	end
	local self = setmetatable({ client = client, native = native }, metatable)
	local head
	head, err = await.ask(client, core.stream_head, native)
	if not head then
		return misuse.checked(usage, nil, err)
	end
	self.response = head
	return self
end

return stream
