--- A command while it runs, in both forms.
package.path = "tests/lua/?.lua;" .. package.path
local forms = require "support.forms"
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local EVENTS = { ["Content-Type"] = "text/event-stream" }
local STARTED = 'event: started\ndata: {"id":"e-1"}\n\n'
local OUTPUT = 'event: stdout\ndata: {"data":"half"}\n\n'

--- A session whose commands are answered with these events.
local function session_of(...)
	local case = recorder.case(recorder.answer(200, table.concat { ... }, EVENTS))
	return sdk.assert(case:client().sandboxes:adopt "s-1"), case
end

for form, in_form in pairs(forms) do
	describe("a stream of a command " .. form, function()
		local client, session
		local function each(name, f)
			it(name, in_form(f))
		end

		setup(in_form(function()
			client = sdk.assert(sdk.local_server())
			session = sdk.assert(client.sandboxes:session())
		end))

		teardown(in_form(function()
			sdk.assert(session:close())
			client:close()
		end))

		each("gives output while it is written, then the result", function()
			sdk.assert(session:run { "mkfifo /data/go", check = true })
			local stream = sdk.assert(session:stream {
				"printf 'a\\0'; read x </data/go; echo $B >&2; exit 3",
				env = { B = "b" },
				api_timeout = 20,
			})
			local kinds, output = {}, { stdout = "", stderr = "" }
			local last
			for event in stream:events() do
				kinds[event.kind] = true
				last = event
				if event.data then
					output[event.kind] = output[event.kind] .. event.data
				end
				if event.kind == "stdout" then
					sdk.assert(session:run "echo >/data/go")
				end
			end
			assert.same({ started = true, stdout = true, stderr = true, result = true }, kinds)
			assert.same({ stdout = "a\0", stderr = "b\n" }, output)
			local execution = sdk.assert(stream:result())
			assert.equal(3, execution.exit_code)
			assert.equal("a\0", execution.stdout)
			assert.equal(execution, last.execution)
			assert.equal(execution.id, last.id)
			assert.is_nil((stream:next()))
		end)

		each("can be asked for its result alone", function()
			assert.equal("one\ntwo\n", sdk.assert(session:stream "echo one; echo two"):result().stdout)
		end)

		each("ends its command when it is closed", function()
			local stream = sdk.assert(session:stream("exec sleep 60", { timeout = 20 }))
			assert.equal("started", stream:next().kind)
			assert.equal("sandbox_sdk.ExecutionStream (" .. session.id .. ")", tostring(stream))
			stream:close()
			stream:close()
			for _, method in ipairs { "next", "result" } do
				local result, err = stream[method](stream)
				assert.is_nil(result)
				assert.equal("closed", err.code)
			end
			assert.is_nil(stream:events()())
		end)

		each("tells how the server's events go", function()
			local stream = sdk.assert(session_of(
				STARTED,
				'event: stdout\ndata: {"data":"AP8=","encoding":"base64"}\n\n',
				'event: heartbeat\ndata: {"execution_time_ms":15000}\n\n',
				'event: result\ndata: {"id":"e-1","exit_code":0,"status":"completed"}\n\n'
			):stream "x")
			assert.same({ kind = "started", id = "e-1" }, stream:next())
			assert.same({ kind = "stdout", data = "\0\255" }, stream:next())
			assert.same({ kind = "heartbeat", execution_time_ms = 15000 }, stream:next())
			assert.equal("result", stream:next().kind)
			assert.is_nil((stream:next()))
			assert.equal(0, stream:result().exit_code)
		end)

		each("that is cut has an error at its end", function()
			local stream = sdk.assert(session_of(STARTED, OUTPUT):stream "x")
			local count = 0
			for _ in stream:events() do
				count = count + 1
			end
			assert.equal(2, count)
			local execution, err = stream:result()
			assert.is_nil(execution)
			assert.equal("connection", err.code)
			assert.is_true(err.outcome_unknown)
			execution, err = stream:next()
			assert.is_nil(execution)
			assert.equal("connection", err.code)
		end)

		each("is an error where it cannot begin", function()
			local adopted = sdk.assert(client.sandboxes:adopt "nothing")
			local stream, err = adopted:stream "x"
			assert.is_nil(stream)
			assert.equal("not_found", err.code)
		end)

		each("keeps what its options point to", function()
			local own, case = session_of(STARTED, 'event: result\ndata: {"exit_code":0}\n\n')
			local stream = sdk.assert(own:stream("x", { extra_headers = { ["X-Own"] = "own-" .. "header" } }))
			own = nil -- luacheck: ignore
			collectgarbage()
			assert.equal(0, sdk.assert(stream:result()).exit_code)
			assert.equal("own-header", case:request().headers["x-own"])
		end)
	end)
end

describe("a stream of a command", function()
	local client = sdk.assert(sdk.local_server())
	local session = sdk.assert(client.sandboxes:session())

	teardown(function()
		client:close()
	end)

	it("that was begun in a coroutine can be read outside of it", function()
		local loop = sdk.loop()
		local stream
		loop:spawn(function()
			stream = sdk.assert(session:stream "echo one; sleep 0.1; echo two")
			assert.equal("started", stream:next().kind)
		end)
		loop:run()
		assert.equal("one\ntwo\n", sdk.assert(stream:result()).stdout)
	end)

	it("that another coroutine closes ends the wait for it", function()
		local loop = sdk.loop()
		local stream, code
		loop:spawn(function()
			stream = sdk.assert(session:stream "exec sleep 60")
			stream:next()
			code = select(2, stream:next()).code
		end)
		loop:spawn(function()
			while not stream do
				sdk.sleep(0.01)
			end
			sdk.sleep(0.05)
			stream:close()
		end)
		loop:run()
		assert.equal("closed", code)
	end)

	it("is read by one coroutine at a time", function()
		local loop = sdk.loop()
		local stream = nil
		local told
		loop:spawn(function()
			stream = sdk.assert(session:stream "exec sleep 60")
			stream:result()
		end)
		loop:spawn(function()
			while not stream do
				sdk.sleep(0.01)
			end
			sdk.sleep(0.05)
			told = select(2, pcall(stream.next, stream))
			stream:close()
		end)
		loop:run()
		assert.equal("the stream is read by another coroutine", told)
	end)

	it("lets other coroutines run", function()
		local loop = sdk.loop()
		local order = {}
		for _, name in ipairs { "slow", "quick" } do
			loop:spawn(function()
				local stream = sdk.assert(session:stream(name == "slow" and "sleep 0.4" or "true"))
				sdk.assert(stream:result())
				order[#order + 1] = name
			end)
		end
		loop:run()
		assert.same({ "quick", "slow" }, order)
	end)

	it("ends its command when it is dropped", function()
		for _, in_form in pairs(forms) do
			in_form(function()
				local stream = sdk.assert(session:stream "exec 9>/data/lock; flock 9; echo; exec sleep 60")
				repeat
					local event = sdk.assert(stream:next())
				until event.kind == "stdout"
			end)()
			collectgarbage()
			collectgarbage()
			sdk.assert(session:run { "flock -w 10 /data/lock true", check = true })
		end
	end)

	it("refuses what is a mistake, and names it", function()
		local stream = sdk.assert(session:stream "true")
		local mistakes = {
			{ "command", session.stream, session },
			{ "command", session.stream, session, {} },
			{ "check", session.stream, session, { "x", check = true } },
			{ "env", session.stream, session, { "x", env = 1 } },
			{ "self", session.stream, {}, "x" },
			{ "self", stream.next, {} },
			{ "self", stream.events, session },
			{ "self", stream.result },
			{ "self", stream.close, "x" },
		}
		for position, mistake in ipairs(mistakes) do
			local _, err = outcome.of(mistake[2], mistake[3], mistake[4])
			assert.equal(mistake[1], err and err.argument, "mistake " .. position)
		end
	end)
end)
