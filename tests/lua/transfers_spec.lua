--- Uploads from everything, downloads to everything, and what goes wrong with them.
package.path = "tests/lua/?.lua;" .. package.path
local process = require "support.process"
local outcome = require "support.outcome"
local recorder = require "support.recorder"

local EVERY_BYTE = {}
for value = 0, 255 do
	EVERY_BYTE[#EVERY_BYTE + 1] = string.char(value)
end
EVERY_BYTE = table.concat(EVERY_BYTE)

local WRITTEN = '{"message":"written","path":"/f","size":1}'

--- The file part of an upload as it was received, and its head.
local function part(request)
	local boundary = request.headers["content-type"]:match "boundary=(.*)"
	local head, bytes = request.body:match('(Content%-Disposition: form%-data; name="file".-)\r\n\r\n(.*)$')
	local ending = "\r\n--" .. boundary .. "--\r\n"
	assert.equal(ending, bytes:sub(-#ending))
	return bytes:sub(1, -#ending - 1), head
end

--- Uploads a file and gives what arrived.
local function upload(file)
	local case = recorder.case(WRITTEN)
	local sandboxes = case:client().sandboxes
	local result, err = outcome.of(sandboxes.upload, sandboxes, "s-1", { path = "/f", file = file })
	if not result then
		return nil, err
	end
	return part(case:request())
end

--- A function that gives the strings of a list one after the other.
local function each(list)
	local position = 0
	return function()
		position = position + 1
		return list[position]
	end
end

local function file_with(content)
	local name = recorder.temporary "source"
	recorder.write_file(name, content)
	return name
end

describe("an upload", function()
	it("takes a string", function()
		assert.equal(EVERY_BYTE, (upload(EVERY_BYTE)))
		assert.equal("", (upload ""))
	end)

	it("takes a path, and sends its name", function()
		local bytes, head = upload { path = file_with(EVERY_BYTE) }
		assert.equal(EVERY_BYTE, bytes)
		assert.truthy(head:find('filename="source"', 1, true))
		assert.truthy(head:find("Content-Type: application/octet-stream", 1, true))
	end)

	it("takes an io file from where it stands", function()
		local file = assert(io.open(file_with("0123456789"), "rb"))
		finally(function()
			file:close()
		end)
		assert.equal("01", file:read(2))
		assert.equal("23456789", (upload(file)))
		assert.equal("file", io.type(file))
		assert.is_nil(file:read(1))
	end)

	it("takes an io file that has no length", function()
		local pipe = assert(io.popen "printf abc")
		finally(function()
			pipe:close()
		end)
		assert.equal("abc", (upload(pipe)))
	end)

	it("takes a function", function()
		assert.equal("abcd", (upload(each { "a", "", "bcd" })))
		assert.equal("", (upload(each {})))
		local large = ("x"):rep(300000)
		assert.equal(large .. "y" .. large, (upload(each { large, "y", large })))
	end)

	it("takes a table that says more", function()
		local bytes, head = upload { data = each { "ab" }, size = 2, filename = "n.txt", content_type = "text/plain" }
		assert.equal("ab", bytes)
		assert.truthy(head:find('filename="n.txt"', 1, true))
		assert.truthy(head:find("Content-Type: text/plain", 1, true))
	end)

	it("is sent again from its beginning where that is possible", function()
		local again = recorder.answer(503, "{}", { ["retry-after-ms"] = "1" })
		local file = assert(io.open(file_with("-abc"), "rb"))
		finally(function()
			file:close()
		end)
		file:read(1)
		local next_chunk
		local sources = {
			"abc",
			file,
			{
				data = function()
					next_chunk = next_chunk or each { "a", "bc" }
					return next_chunk()
				end,
				rewind = function()
					next_chunk = nil
				end,
			},
		}
		for _, source in ipairs(sources) do
			local case = recorder.case(again, WRITTEN)
			assert(case:client({ max_retries = 1 }).sandboxes:upload("s-1", { path = "/f", file = source }))
			assert.equal("abc", (part(case:request(1))))
			assert.equal("abc", (part(case:request(2))))
		end
		local case = recorder.case(again, WRITTEN)
		local result, err = case:client({ max_retries = 1 }).sandboxes:upload("s-1", { path = "/f", file = each { "a" } })
		assert.is_nil(result)
		assert.equal("internal_server", err.code)
		assert.is_nil(case:request(2))
	end)

	it("is streamed in constant memory", function()
		local chunk, sent = ("x"):rep(65536), 0
		local case = recorder.case(WRITTEN)
		collectgarbage()
		local before = process.memory()
		local highest = before
		assert(case:client().sandboxes:upload("s-1", {
			path = "/f",
			file = function()
				if sent == 64 * 1024 * 1024 then
					return nil
				end
				sent = sent + #chunk
				highest = math.max(highest, process.memory())
				return chunk
			end,
		}))
		assert.truthy(highest - before < 8 * 1024, ("grew by %d KiB"):format(highest - before))
	end)
end)

describe("an upload fails", function()
	local function fails(file, code, message)
		local descriptors = process.descriptors()
		local result, err = upload(file)
		assert.is_nil(result)
		assert.equal(code, err.code)
		assert.truthy(err.message:find(message, 1, true), err.message)
		assert.equal(descriptors, process.descriptors())
		return err
	end

	it("for a path that cannot be read", function()
		fails({ path = "/no/such/file" }, "local_file", "file: ")
		fails({ path = "/" }, "local_file", "file: ")
		fails({ path = "a\0b" }, "invalid_argument", "file.path: ")
	end)

	it("for a closed io file", function()
		local file = assert(io.open(file_with("x"), "rb"))
		file:close()
		fails(file, "invalid_argument", "file: must be an open file")
	end)

	it("for an io file that cannot be read", function()
		local file = assert(io.open(recorder.temporary "written", "wb"))
		finally(function()
			file:close()
		end)
		file:write "x"
		file:seek "set"
		fails(file, "local_file", "file: Bad file descriptor")
	end)

	it("with what a function raises", function()
		local reason = setmetatable({}, {})
		local err = fails(function()
			error(reason)
		end, "local_file", "file: the function failed")
		assert.equal(reason, err.cause)
		err = fails(function()
			error("no more", 0)
		end, "local_file", "file: no more")
		assert.equal("no more", err.cause)
		assert.equal("no more", err.detail)
	end)

	it("with the reason that a function gives", function()
		fails(function()
			return nil, "the disk is gone"
		end, "local_file", "file: the disk is gone")
		fails(function()
			return false, "not today"
		end, "local_file", "file: not today")
	end)

	it("for a function that gives no string", function()
		fails(function()
			return 7
		end, "local_file", "file: the function must return strings")
		fails(function()
			return {}
		end, "local_file", "file: the function must return strings")
	end)

	it("for a function that yields", function()
		local result, err
		coroutine.wrap(function()
			result, err = upload(coroutine.yield)
		end)()
		assert.is_nil(result)
		assert.equal("local_file", err.code)
	end)

	it("for a function that gives less than its size", function()
		fails({ data = each { "a" }, size = 2 }, "local_file", "file: ")
	end)

	it("for a rewind that fails", function()
		local case = recorder.case(recorder.answer(503, "{}", { ["retry-after-ms"] = "1" }))
		local result, err = case:client({ max_retries = 1 }).sandboxes:upload("s-1", {
			path = "/f",
			file = {
				data = each { "a" },
				rewind = function()
					error("no way back", 0)
				end,
			},
		})
		assert.is_nil(result)
		assert.equal("no way back", err.cause)
	end)

	local shapes = {
		["no file"] = { nil, "file" },
		["a boolean"] = { true, "file" },
		["a number"] = { 1, "file" },
		["a coroutine"] = { coroutine.create(function() end), "file" },
		["an empty table"] = { {}, "file" },
		["a path and data"] = { { path = "a", data = "b" }, "file" },
		["an unknown member"] = { { path = "a", mode = "r" }, "file" },
		["a position"] = { { "a" }, "file" },
		["a path that is no string"] = { { path = 1 }, "file.path" },
		["data that is a table"] = { { data = {} }, "file" },
		["a filename that is no string"] = { { data = "x", filename = true }, "file.filename" },
		["a filename with a NUL"] = { { data = "x", filename = "a\0" }, "file.filename" },
		["a type that is no string"] = { { data = "x", content_type = {} }, "file.content_type" },
		["a size that is no integer"] = { { data = print, size = 1.5 }, "file.size" },
		["a negative size"] = { { data = print, size = -1 }, "file.size" },
		["a rewind that is no function"] = { { data = print, rewind = 1 }, "file.rewind" },
		["a rewind beside a string"] = { { data = "x", rewind = print }, "file.rewind" },
	}
	for name, shape in pairs(shapes) do
		it("for " .. name, function()
			local err = fails(shape[1], "invalid_argument", shape[2] .. ": ")
			assert.equal(shape[2], err.argument)
		end)
	end
end)

--- Downloads into a place; the answer's body is the bytes.
local function download(bytes, into, status)
	local answer = recorder.answer(status or 200, bytes, { ["Content-Type"] = "application/octet-stream" })
	local sandboxes = recorder.case(answer):client().sandboxes
	return outcome.of(sandboxes.download, sandboxes, "s-1", { path = "/f", into = into })
end

describe("a download", function()
	it("goes into a string", function()
		assert.equal(EVERY_BYTE, (download(EVERY_BYTE)))
		assert.equal("", (download ""))
	end)

	it("goes to a path", function()
		local name = recorder.temporary "download"
		assert.equal(256, (download(EVERY_BYTE, name)))
		assert.equal(EVERY_BYTE, recorder.read_file(name))
		assert.equal(0, (download("", name)))
		assert.equal("", recorder.read_file(name))
	end)

	it("goes to an io file, behind what is there", function()
		local name = recorder.temporary "download-file"
		local file = assert(io.open(name, "wb"))
		finally(function()
			file:close()
		end)
		file:write "head "
		assert.equal(256, (download(EVERY_BYTE, file)))
		assert.equal("head " .. EVERY_BYTE, recorder.read_file(name))
	end)

	it("goes to a function", function()
		local chunks = {}
		assert.equal(256, (download(EVERY_BYTE, function(chunk)
			chunks[#chunks + 1] = chunk
		end)))
		assert.equal(EVERY_BYTE, table.concat(chunks))
	end)

	it("is streamed in constant memory", function()
		local size = 64 * 1024 * 1024
		local answer = recorder.answer(200, ("x"):rep(size), { ["Content-Type"] = "application/octet-stream" })
		local case = recorder.case(answer)
		answer = nil -- luacheck: ignore
		collectgarbage()
		local before = process.memory()
		local highest, chunks = before, 0
		assert.equal(size, (case:client().sandboxes:download("s-1", {
			path = "/f",
			into = function()
				chunks = chunks + 1
				-- Lua plans its collections by the strings of 64 MiB above: what is measured is the module.
				if chunks % 64 == 0 then
					collectgarbage()
					highest = math.max(highest, process.memory())
				end
			end,
		})))
		assert.truthy(highest - before < 8 * 1024, ("grew by %d KiB"):format(highest - before))
	end)
end)

describe("a download fails", function()
	local function fails(into, code, message)
		local descriptors = process.descriptors()
		local result, err = download("bytes", into)
		assert.is_nil(result)
		assert.equal(code, err.code)
		assert.truthy(err.message:find(message, 1, true), err.message)
		assert.equal(descriptors, process.descriptors())
		return err
	end

	it("for a path that cannot be written", function()
		fails("/no/such/folder/file", "local_file", "into: ")
		fails("/", "local_file", "into: ")
		fails("a\0b", "invalid_argument", "into: ")
	end)

	it("and leaves the file at the path as it was", function()
		local name = recorder.temporary "kept"
		recorder.write_file(name, "before")
		local cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
		local result, err = recorder.case(cut):client().sandboxes:download("s-1", { path = "/f", into = name })
		assert.is_nil(result)
		assert.equal("connection", err.code)
		result, err = download("{}", name, 404)
		assert.is_nil(result)
		assert.equal("not_found", err.code)
		assert.equal("before", recorder.read_file(name))
	end)

	it("for an io file that is closed or cannot be written", function()
		local file = assert(io.open(recorder.temporary "closed", "wb"))
		file:close()
		fails(file, "invalid_argument", "into: must be an open file")
		local full = assert(io.open("/dev/full", "wb"))
		finally(function()
			full:close()
		end)
		fails(full, "local_file", "into: No space left on device")
	end)

	it("with what a function raises, or gives as its reason", function()
		local err = fails(function()
			error("no room", 0)
		end, "local_file", "into: no room")
		assert.equal("no room", err.cause)
		fails(function()
			return nil, "no room either"
		end, "local_file", "into: no room either")
		fails(function()
			return false
		end, "local_file", "into: ")
	end)

	for name, value in pairs { boolean = true, number = 1, table = {}, coroutine = coroutine.create(function() end) } do
		it("for a place that is a " .. name, function()
			assert.equal("into", fails(value, "invalid_argument", "into: ").argument)
		end)
	end
end)

describe("a function that a call runs", function()
	it("may use the client", function()
		local case = recorder.case(WRITTEN, WRITTEN)
		local client = case:client()
		local inner, err
		assert(client.sandboxes:upload("s-1", {
			path = "/f",
			file = coroutine.wrap(function()
				inner, err = client.sandboxes:upload("s-1", { path = "/g", file = "inner" })
				coroutine.yield "outer"
			end),
		}))
		assert(inner, err)
	end)

	it("may close the client", function()
		local client = recorder.case(WRITTEN):client()
		local result, err = client.sandboxes:upload("s-1", {
			path = "/f",
			file = function()
				client:close()
				return "x"
			end,
		})
		assert.is_nil(result)
		assert.equal("closed", err.code)
	end)

	it("may change what the call was given", function()
		local case = recorder.case(WRITTEN)
		local client = case:client()
		local arguments
		local headers = { ["X-One"] = "o" .. ("ne"):rep(50) }
		arguments = {
			path = "/f" .. ("x"):rep(50),
			extra_headers = headers,
			file = each { "x" },
		}
		local give = arguments.file
		arguments.file = function()
			for name in pairs(arguments) do
				arguments[name] = nil
			end
			headers["X-One"] = nil
			collectgarbage()
			return give()
		end
		assert(client.sandboxes:upload("s-1", arguments))
		assert.equal("o" .. ("ne"):rep(50), case:request().headers["x-one"])
	end)
end)
