--- Bodies that are read as they come: bytes, lines and events, blocking and in a loop.
package.path = "tests/lua/?.lua;" .. package.path
local lfs = require "lfs"
local lua = require "support.lua"
local outcome = require "support.outcome"
local process = require "support.process"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local TEXT = "first line\nsecond\r\nthird\n\nlast"
local EVENTS = "event: a\nid: 7\nretry: 1500\ndata: one\ndata: two\n\n: nothing\ndata: three\n\n"

local function answer(body, headers)
	headers = headers or {}
	headers["Content-Type"] = headers["Content-Type"] or "text/plain"
	return recorder.answer(200, body, headers)
end

--- Half of an answer, more than is held here before it is read: its connection ends before it does.
local HALF = ("half of\n"):rep(250000)
local CUT = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3000000\r\n\r\n" .. HALF

--- Runs a function where calls block, and in a task of a loop.
local function both(name, f)
	it(name .. ", blocking", f)
	it(name .. ", in a loop", function()
		local loop = sdk.loop()
		local task = loop:spawn(f)
		loop:run()
		local results = { task:wait() }
		assert(results[1], results[2])
	end)
end

local function open(case, given)
	given = given or {}
	given.path = given.path or "/v1/things"
	return case:client():open(given)
end

local function collect(...)
	local list = {}
	for each in ... do
		list[#list + 1] = each
	end
	return list
end

describe("a stream", function()
	both("has the head of the answer", function()
		local case = recorder.case(answer(TEXT, { ["X-Request-Id"] = "r-1" }))
		local stream = assert(open(case))
		assert.equal(200, stream.status)
		assert.equal("r-1", stream.headers["x-REQUEST-id"])
		assert.equal("r-1", stream.response.request_id)
		assert.equal("GET", stream.response.method)
		assert.is_nil(stream.response.body)
		assert.truthy(tostring(stream):find("200 GET", 1, true))
		stream:close()
		assert.equal(200, stream.status)
	end)

	both("is read as an io file is", function()
		local stream = assert(open(recorder.case(answer(TEXT))))
		assert.equal("first", stream:read(5))
		assert.equal("", stream:read(0))
		assert.equal(" line", stream:read "l")
		assert.equal("second\r\n", stream:read "*L")
		local a, b = stream:read(2, 3)
		assert.same({ "th", "ird" }, { a, b })
		assert.equal("", stream:read())
		assert.equal("", stream:read())
		assert.equal("last", stream:read(100))
		assert.is_nil(stream:read(1))
		assert.is_nil(stream:read(0))
		assert.is_nil(stream:read "l")
		assert.equal("", stream:read "a")
		local results = { n = select("#", stream:read(1, "a")), stream:read(1, "a") }
		assert.same({ n = 2 }, results)
	end)

	both("gives its bytes in pieces", function()
		local body = ("0123456789"):rep(20000)
		local pieces = collect(assert(open(recorder.case(answer(body)))):chunks())
		assert.equal(body, table.concat(pieces))
		pieces = collect(assert(open(recorder.case(answer(body)))):chunks(7))
		assert.equal(7, #pieces[1])
		assert.equal(body, table.concat(pieces))
	end)

	both("gives its lines", function()
		local lines = collect(assert(open(recorder.case(answer(TEXT)))):lines())
		assert.same({ "first line", "second", "third", "", "last" }, lines)
	end)

	both("gives its events", function()
		local stream = assert(open(recorder.case(answer(EVENTS, { ["Content-Type"] = "text/event-stream" }))))
		local events = collect(stream:events())
		assert.same({ type = "a", data = "one\ntwo", id = "7", retry = 1500 }, events[1])
		assert.same({ type = "message", data = "three", id = "7", retry = 1500 }, events[2])
		assert.equal(2, #events)
	end)

	both("takes what any request does", function()
		local case = recorder.case(answer "ok")
		local stream = assert(open(case, {
			method = "POST",
			path = "/v1/things?a=1",
			json = { list = sdk.array {}, n = 1 },
			extra_headers = { ["X-A"] = "b" },
			extra_query = { q = "2" },
		}))
		assert.equal("ok", stream:read "a")
		local request = case:request()
		assert.equal("POST", request.method)
		assert.equal("/v1/things?a=1&q=2", request.path)
		assert.equal("b", request.headers["x-a"])
		assert.truthy(request.body == '{"list":[],"n":1}' or request.body == '{"n":1,"list":[]}')
	end)

	both("goes to a function, an io file and a path", function()
		local pieces = {}
		local stream = assert(open(recorder.case(answer(TEXT))))
		assert.is_true(assert(stream:save(function(bytes)
			pieces[#pieces + 1] = bytes
		end)))
		assert.equal(TEXT, table.concat(pieces))

		local name = recorder.temporary "saved"
		local file = assert(io.open(name, "wb"))
		file:write "before "
		assert(assert(open(recorder.case(answer(TEXT)))):save(file))
		file:close()
		assert.equal("before " .. TEXT, recorder.read_file(name))

		assert(assert(open(recorder.case(answer(TEXT)))):save(name))
		assert.equal(TEXT, recorder.read_file(name))

		stream = assert(open(recorder.case(answer(TEXT))))
		stream:read(6)
		assert(stream:save(name))
		assert.equal(TEXT:sub(7), recorder.read_file(name))
	end)
end)

describe("a stream that fails", function()
	both("before its head gives the error", function()
		local stream, err = open(recorder.case(recorder.answer(404, '{"error":{"message":"gone"}}')))
		assert.is_nil(stream)
		assert.equal("not_found", err.code)
		assert.equal("gone", err.body.error.message)
	end)

	both("in the middle returns the error from read, and raises it from an iterator", function()
		local stream = assert(open(recorder.case(CUT)))
		assert.equal(#HALF, #stream:read(#HALF))
		local bytes, err = stream:read(4)
		assert.is_nil(bytes)
		assert.equal("connection", err.code)
		for _, way in ipairs { "chunks", "lines", "events" } do
			stream = assert(open(recorder.case(CUT)))
			local ok, raised = pcall(collect, stream[way](stream))
			assert.is_false(ok)
			assert.equal("connection", raised.code)
		end
	end)

	both("leaves no file", function()
		local name = recorder.temporary "never"
		local saved, err = assert(open(recorder.case(CUT))):save(name)
		assert.is_nil(saved)
		assert.equal("connection", err.code)
		assert.is_nil(recorder.read_file(name))
		saved, err = assert(open(recorder.case(answer(TEXT)))):save "/nonexistent/name"
		assert.is_nil(saved)
		assert.equal("local_file", err.code)
	end)

	it("leaves no part of a file, whose name cannot be told, where its coroutine is closed", function()
		if not lua.has_close then
			return
		end
		local folder = recorder.temporary "parts"
		assert(lfs.mkdir(folder))
		local function parts()
			local names = {}
			for name in lfs.dir(folder) do
				names[#names + 1] = name:match "^%.saved%.(%x+)%.part$"
			end
			return names
		end
		local loop = sdk.loop()
		local during, thread
		local case = recorder.case(CUT)
		local saver = loop:spawn(function()
			thread = coroutine.running()
			-- One that was opened elsewhere would block.
			local stream = assert(open(case))
			stream:read(1)
			stream:save(folder .. "/saved")
		end)
		loop:spawn(function()
			repeat
				coroutine.yield()
				during = parts()
			until during[1] or saver:is_done()
			coroutine.close(thread)
		end)
		loop:run()
		assert.equal(16, #(during[1] or ""))
		assert.same({}, parts())
	end)

	both("by what a function of the program's does", function()
		local saved, err = assert(open(recorder.case(answer(TEXT)))):save(function()
			return nil, "no room"
		end)
		assert.is_nil(saved)
		assert.equal("no room", err.cause)
		saved, err = assert(open(recorder.case(answer(TEXT)))):save(function()
			error("broken", 0)
		end)
		assert.is_nil(saved)
		assert.equal("broken", err.cause)
	end)

	both("when it is read in two ways", function()
		local stream = assert(open(recorder.case(answer(TEXT))))
		assert.equal("first line", stream:lines()())
		local bytes, err = stream:read(1)
		assert.is_nil(bytes)
		assert.equal("invalid_argument", err.code)
	end)

	both("for what is no number of bytes", function()
		local stream = assert(open(recorder.case(answer(TEXT))))
		for _, count in ipairs { -1, 1.5, -math.huge, 0 / 0 } do
			for method, argument in pairs { read = "format", chunks = "size" } do
				local raised, err = pcall(stream[method], stream, count)
				assert.is_false(raised)
				assert.equal(argument, err.argument)
				assert.truthy(tostring(err):find(("stream:%s()"):format(method), 1, true))
			end
		end
		assert.is_false((pcall(stream.chunks, stream, 0.5)))
		assert.equal(TEXT, stream:read(math.huge))
	end)

	both("for what is no request", function()
		local client = recorder.case(answer ""):client()
		for argument, given in pairs {
			path = {},
			wrong = { path = "/", wrong = 1 },
			method = { path = "/", method = 1 },
			json = { path = "/", json = print },
			["extra_headers"] = { path = "/", extra_headers = 1 },
		} do
			local stream, err = outcome.of(client.open, client, given)
			assert.is_nil(stream)
			assert.equal(argument, err.argument)
		end
		local stream, err = client:open { path = "/", json = 1, data = "x" }
		assert.is_nil(stream)
		assert.equal("invalid_argument", err.code)
	end)
end)

describe("a stream that is closed", function()
	both("gives errors, and its connection back", function()
		local before = process.descriptors()
		do
			local client = recorder.case(answer(("x"):rep(10000000))):client()
			local stream = assert(client:open { path = "/" })
			assert.equal("xxx", stream:read(3))
			local open_now = process.descriptors()
			stream:close()
			stream:close()
			assert.truthy(process.descriptors() < open_now)
			local bytes, err = stream:read(1)
			assert.is_nil(bytes)
			assert.equal("closed", err.code)
			local ok, raised = pcall(collect, stream:chunks())
			assert.is_false(ok)
			assert.equal("closed", raised.code)
			assert.is_nil((stream:save(function() end)))
			client:close()
		end
		collectgarbage()
		assert.equal(before, process.descriptors())
	end)

	it("with its client says so", function()
		local client = recorder.case(answer(("x"):rep(10000000))):client()
		local stream = assert(client:open { path = "/" })
		client:close()
		local bytes, err = stream:read "a"
		assert.is_nil(bytes)
		assert.equal("closed", err.code)
	end)

	it("by sdk.with is closed however the function ends", function()
		local stream = assert(open(recorder.case(answer(TEXT))))
		assert.equal("first line", sdk.with(stream, stream.read))
		assert.equal("closed", select(2, stream:read(1)).code)
	end)

	it("lets go whoever waits for it", function()
		local client = recorder.case("@delay 2\n" .. answer "late", answer(TEXT)):client()
		local loop = sdk.loop()
		local waiting = loop:spawn(function()
			local late, err = client:open { path = "/" }
			return late, err
		end)
		loop:spawn(function()
			waiting:cancel()
		end)
		loop:run()
		local ok, late, err = waiting:wait()
		assert.is_true(ok)
		assert.is_nil(late)
		assert.equal("cancelled", err.code)
	end)

	it("while another coroutine reads it tells that one", function()
		local client = recorder.case(CUT):client()
		local loop = sdk.loop()
		local task = loop:spawn(function()
			local stream = assert(client:open { path = "/" })
			local reader = loop:spawn(stream.read, stream, "a")
			local closer = loop:spawn(stream.close, stream)
			closer:wait()
			return select(3, reader:wait())
		end)
		loop:run()
		local _, err = task:wait()
		assert.truthy(err.code == "closed" or err.code == "connection", err.code)
	end)

	it("is collected in any state", function()
		local before = process.descriptors()
		local case = recorder.case(answer(("x"):rep(1000000)))
		for round = 1, 10 do
			local client = case:client()
			local stream = assert(client:open { path = "/" })
			if round % 2 == 0 then
				stream:read(100)
			end
			local loop = sdk.loop()
			loop:spawn(function()
				local started = assert(client:open { path = "/" })
				assert(started:read(100))
				loop:spawn(error, "left")
				started:read "a"
			end)
			assert.is_false((pcall(loop.run, loop)))
		end
		collectgarbage()
		collectgarbage()
		assert.equal(before, process.descriptors())
	end)
end)

describe("streams in a loop", function()
	it("are read side by side", function()
		local body = ("0123456789"):rep(50000)
		local client = recorder.case(answer(body)):client()
		local loop = sdk.loop()
		local tasks = {}
		for _ = 1, 10 do
			tasks[#tasks + 1] = loop:spawn(function()
				return assert(client:open { path = "/" }):read "a"
			end)
		end
		loop:run()
		for _, task in ipairs(tasks) do
			assert.same({ true, body }, { task:wait() })
		end
	end)

	it("can be read outside of it, while others wait for the same client", function()
		local client = recorder.case(answer(("0123456789"):rep(50000))):client()
		local loop = sdk.loop()
		local stream, other
		loop:spawn(function()
			stream = assert(client:open { path = "/" })
		end)
		loop:run()
		local task = loop:spawn(function()
			other = assert(client:open { path = "/" }):read "a"
		end)
		loop:spawn(function() end):wait()
		assert.equal(500000, #stream:read "a")
		loop:run()
		assert(task:wait())
		assert.equal(500000, #other)
	end)

	it("refuse a second reader", function()
		local stalled = recorder.case(CUT)
		local loop = sdk.loop()
		local raised = 0
		loop:spawn(function()
			local stream = assert(open(stalled))
			local tasks = { loop:spawn(stream.read, stream, "a"), loop:spawn(stream.read, stream, "a") }
			for _, task in ipairs(tasks) do
				if not task:wait() then
					raised = raised + 1
				end
			end
		end)
		loop:run()
		assert.equal(1, raised)
	end)
end)
