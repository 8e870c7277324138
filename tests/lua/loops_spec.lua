--- The plain loop and its tasks.
package.path = "tests/lua/?.lua;" .. package.path
local coroutines = require "sandbox_sdk.coroutines"
local lua = require "support.lua"
local process = require "support.process"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local EMPTY = '{"data":[]}'
local LATER = "@delay 0.1\n" .. recorder.answer(200, EMPTY)
-- What nobody waits for to the end.
local NEVER = "@delay 600\n" .. recorder.answer(200, EMPTY)

-- What the loop of a client has open besides its connections, at most.
local LOOP_DESCRIPTORS = 6

local function list(client)
	local page, err = client.sandboxes:list()
	return page and tostring(page) or nil, err and err.code
end

describe("a loop", function()
	it("runs calls side by side", function()
		local case = recorder.case(LATER)
		local client = case:client()
		local loop = sdk.loop()
		local answers, under_way, most = {}, 0, 0
		for number = 1, 8 do
			loop:spawn(function()
				under_way = under_way + 1
				most = math.max(most, under_way)
				answers[number] = list(client)
				under_way = under_way - 1
			end)
		end
		loop:run()
		assert.equal(8, #answers)
		assert.equal(8, most)
		for _, answer in ipairs(answers) do
			assert.equal(EMPTY, answer)
		end
	end)

	it("gives a task what it was spawned with, and who waits what it returns", function()
		local loop = sdk.loop()
		local task = loop:spawn(function(...)
			sdk.sleep(0)
			return select("#", ...), ...
		end, 1, nil, 3, nil)
		assert.is_false(task:is_done())
		assert.same({ true, 4, 1, nil, 3, nil }, { task:wait() })
		assert.is_true(task:is_done())
		assert.same({ true, 4, 1, nil, 3, nil }, { task:wait() })
	end)

	it("lets others run where a task yields", function()
		local loop = sdk.loop()
		local order = {}
		for _, name in ipairs { "a", "b" } do
			loop:spawn(function()
				for round = 1, 2 do
					order[#order + 1] = name .. round
					coroutine.yield()
				end
			end)
		end
		loop:run()
		assert.same({ "a1", "b1", "a2", "b2" }, order)
	end)

	it("sleeps for the times that are asked for, the shortest first", function()
		local loop = sdk.loop()
		local order = {}
		for _, seconds in ipairs { 0.03, 0.01, 0.02, 0 } do
			loop:spawn(function()
				assert.is_true(sdk.sleep(seconds))
				order[#order + 1] = seconds
			end)
		end
		loop:run()
		assert.same({ 0, 0.01, 0.02, 0.03 }, order)
	end)

	it("sleeps for no time that is no number, in tasks and outside", function()
		local function sleep()
			local ok, err = pcall(sdk.sleep, 0 / 0)
			return ok, err.argument, tostring(err):find("sandbox_sdk.sleep()", 1, true) ~= nil
		end
		assert.same({ false, "seconds", true }, { sleep() })
		assert.same({ true, false, "seconds", true }, { sdk.loop():spawn(sleep):wait() })
	end)

	it("sleeps without end until it is cancelled", function()
		local loop = sdk.loop()
		local sleeper = loop:spawn(sdk.sleep, math.huge)
		loop:spawn(function()
			sdk.sleep(0.01)
			sleeper:cancel()
		end)
		loop:run()
		local _, slept, err = sleeper:wait()
		assert.is_nil(slept)
		assert.equal("cancelled", err.code)
	end)

	it("runs tasks that tasks spawn", function()
		local loop = sdk.loop()
		local client = recorder.case(EMPTY):client()
		local answer
		loop:spawn(function()
			local inner = loop:spawn(function()
				return list(client)
			end)
			answer = { inner:wait() }
		end)
		loop:run()
		assert.same({ true, EMPTY }, answer)
	end)

	it("starts calls of a client that it has used before, and of its copies", function()
		local client = recorder.case(EMPTY):client()
		local copy = client:with_options { max_retries = 1 }
		local loop = sdk.loop()
		local answers = {}
		for _ = 1, 2 do
			for _, used in ipairs { client, copy, copy } do
				loop:spawn(function()
					local answer = list(used)
					answers[#answers + 1] = answer
				end)
			end
			loop:run()
		end
		assert.same({ EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY }, answers)
	end)

	it("is driven from within a task of another", function()
		local client = recorder.case(LATER):client()
		local outer, inner = sdk.loop(), sdk.loop()
		local answers = {}
		outer:spawn(function()
			answers.beside = list(client)
		end)
		outer:spawn(function()
			inner:spawn(function()
				answers.inner = list(client)
			end)
			inner:run()
			answers.after = list(client)
		end)
		outer:run()
		assert.same({ beside = EMPTY, inner = EMPTY, after = EMPTY }, answers)
	end)

	it("goes on with calls that ended while another loop was driven", function()
		local client = recorder.case(LATER):client()
		local first, second = sdk.loop(), sdk.loop()
		local answer
		first:spawn(function()
			answer = list(client)
		end)
		first:spawn(error, "stop here")
		assert.is_false(pcall(first.run, first))
		second:spawn(function()
			sdk.sleep(0.3)
			list(client)
		end)
		second:run()
		assert.is_nil(answer)
		first:run()
		assert.equal(EMPTY, answer)
	end)

	it("refuses to run within itself", function()
		local loop = sdk.loop()
		local task = loop:spawn(function()
			loop:run()
		end)
		local ok, reason = task:wait()
		assert.is_false(ok)
		assert.truthy(reason:find("the loop runs already", 1, true))
	end)

	it("tells of tasks that nothing can wake", function()
		local loop = sdk.loop()
		local first, second
		first = loop:spawn(function()
			second:wait()
		end)
		second = loop:spawn(function()
			first:wait()
		end)
		local ok, reason = pcall(loop.run, loop)
		assert.is_false(ok)
		assert.equal("2 tasks wait for what cannot come", reason)
	end)

	it("returns an error of a client that is closed meanwhile", function()
		local client = recorder.case(NEVER):client()
		local loop = sdk.loop()
		local code
		loop:spawn(function()
			code = select(2, list(client))
		end)
		loop:spawn(function()
			sdk.sleep(0.05)
			client:close()
		end)
		loop:run()
		assert.equal("closed", code)
	end)
end)

describe("what a task raises", function()
	it("is raised by run(), with its traceback, and the others go on afterwards", function()
		local loop = sdk.loop()
		local count = 0
		for _ = 1, 2 do
			loop:spawn(function()
				sdk.sleep(0)
				error "a mistake"
			end)
		end
		loop:spawn(function()
			sdk.sleep(0.02)
			count = count + 1
		end)
		for _ = 1, 2 do
			local ok, reason = pcall(loop.run, loop)
			assert.is_false(ok)
			assert.truthy(reason:find("loops_spec.lua:%d+: a mistake\nstack traceback:"))
		end
		loop:run()
		assert.equal(1, count)
	end)

	it("is raised where the program has no debug library", function()
		local program = [[
			debug = nil
			local loop = require("sandbox_sdk").loop()
			loop:spawn(error, "a mistake", 0)
			print(select(2, pcall(loop.run, loop)))
		]]
		assert.equal("a mistake\n", lua.output(program))
	end)

	it("is raised as it is where it is no text", function()
		local client = recorder.case(recorder.answer(404, "{}")):client()
		local loop = sdk.loop()
		loop:spawn(function()
			sdk.assert(client.sandboxes:list())
		end)
		local ok, err = pcall(loop.run, loop)
		assert.is_false(ok)
		assert.equal("not_found", err.code)
	end)

	it("is given to who waits, also later, if that is who has spawned it", function()
		local loop = sdk.loop()
		local outcomes = {}
		loop:spawn(function()
			local slow = loop:spawn(sdk.sleep, 0.02)
			local failing = loop:spawn(error, "early", 0)
			outcomes[1] = { slow:wait() }
			outcomes[2] = { failing:wait() }
		end)
		loop:run()
		assert.same({ { true, true }, { false, "early" } }, outcomes)
	end)

	it("is raised where who has spawned it ends without waiting", function()
		local loop = sdk.loop()
		loop:spawn(function()
			loop:spawn(error, "unseen", 0)
			sdk.sleep(0.01)
		end)
		local ok, reason = pcall(loop.run, loop)
		assert.is_false(ok)
		assert.truthy(reason:find "^unseen\n")
	end)

	it("stays for its own wait() where another is waited for outside of the loop", function()
		local loop = sdk.loop()
		local slow = loop:spawn(sdk.sleep, 0.02)
		local failing = loop:spawn(error, "early", 0)
		assert.same({ true, true }, { slow:wait() })
		assert.same({ false, "early" }, { failing:wait() })
		loop:run()
	end)
end)

describe("what a task raises whose waiter", function()
	--- What run() raises when it is called again and again.
	local function raised(loop)
		local reasons = {}
		while true do
			local ok, reason = pcall(loop.run, loop)
			if ok then
				return reasons
			end
			reasons[#reasons + 1] = tostring(reason):match "^[^\n]*"
		end
	end

	it("could not wait is raised by run()", function()
		local loop = sdk.loop()
		local failing = loop:spawn(function()
			sdk.sleep(0.01)
			error("a mistake", 0)
		end)
		local ok, reason
		loop:spawn(function()
			string.gsub("x", "x", function()
				ok, reason = pcall(failing.wait, failing)
			end)
		end)
		assert.same({ "a mistake" }, raised(loop))
		assert.is_false(ok)
		assert.truthy(reason:find("the loop runs already", 1, true))
	end)

	it("is closed is raised by run()", function()
		if not lua.has_close then
			return
		end
		local loop = sdk.loop()
		local thread
		local failing = loop:spawn(function()
			sdk.sleep(0.02)
			error("a mistake", 0)
		end)
		loop:spawn(function()
			thread = coroutine.running()
			failing:wait()
		end)
		loop:spawn(function()
			coroutine.close(thread)
		end)
		assert.same({ "a mistake" }, raised(loop))
	end)

	it("is closed when it has been raised, but not been given, is raised by run()", function()
		if not lua.has_close then
			return
		end
		local loop = sdk.loop()
		local thread
		local failing = loop:spawn(function()
			coroutine.yield()
			error("a mistake", 0)
		end)
		loop:spawn(function()
			thread = coroutine.running()
			failing:wait()
		end)
		loop:spawn(function()
			coroutine.yield()
			assert.is_true(failing:is_done())
			coroutine.close(thread)
		end)
		assert.same({ "a mistake" }, raised(loop))
	end)

	it("is cancelled is raised by run()", function()
		local loop = sdk.loop()
		local failing = loop:spawn(function()
			sdk.sleep(0.02)
			error("a mistake", 0)
		end)
		local waiter = loop:spawn(failing.wait, failing)
		loop:spawn(function()
			waiter:cancel()
		end)
		assert.same({ "a mistake" }, raised(loop))
	end)
end)

describe("a task that is cancelled", function()
	it("gets an error of the call that it waits for", function()
		local client = recorder.case(NEVER):client()
		local loop = sdk.loop()
		local task = loop:spawn(function()
			return list(client)
		end)
		loop:spawn(function()
			sdk.sleep(0.02)
			task:cancel()
		end)
		loop:run()
		assert.same({ true, nil, "cancelled" }, { task:wait() })
	end)

	it("gets it of its sleep, and of its wait for another task", function()
		local loop = sdk.loop()
		local sleeper = loop:spawn(sdk.sleep, 600)
		local waiter = loop:spawn(function()
			return sleeper:wait()
		end)
		loop:spawn(function()
			sdk.sleep(0.01)
			waiter:cancel()
			sdk.sleep(0.01)
			sleeper:cancel()
		end)
		loop:run()
		local ok, returned, err = waiter:wait()
		assert.is_true(ok)
		assert.same({ false, "cancelled" }, { returned, err.code })
		ok, returned, err = sleeper:wait()
		assert.is_true(ok)
		assert.same({ nil, "cancelled" }, { returned, err.code })
	end)

	it("gets it of its next call where it does not wait, and of that alone", function()
		local client = recorder.case(EMPTY):client()
		local loop = sdk.loop()
		local task = loop:spawn(function()
			coroutine.yield()
			local _, code = list(client)
			return code, list(client)
		end)
		loop:spawn(function()
			task:cancel()
		end)
		loop:run()
		assert.same({ true, "cancelled", EMPTY }, { task:wait() })
	end)

	it("never begins if it has not", function()
		local loop = sdk.loop()
		local task = loop:spawn(error, "begun")
		task:cancel()
		task:cancel()
		loop:run()
		local ok, err = task:wait()
		assert.is_false(ok)
		assert.equal("cancelled", err.code)
	end)

	it("is over where its coroutine is closed while it waits for another", function()
		if not lua.has_close then
			return
		end
		local loop = sdk.loop()
		local thread
		local first, second
		first = loop:spawn(function()
			thread = coroutine.running()
			second:wait()
		end)
		second = loop:spawn(function()
			first:wait()
		end)
		loop:spawn(function()
			assert.is_true(coroutine.close(thread))
		end)
		loop:run()
		assert.is_true(first:is_done())
		assert.is_true(second:is_done())
	end)

	it("ends where its coroutine is closed, and so does its call", function()
		if not lua.has_close then
			return
		end
		local client = recorder.case(NEVER):client()
		local before = process.descriptors()
		local loop = sdk.loop()
		local threads, tasks = {}, {}
		for number = 1, 10 do
			tasks[number] = loop:spawn(function()
				threads[number] = coroutine.running()
				list(client)
			end)
		end
		loop:spawn(function()
			sdk.sleep(0.1)
			assert.is_true(process.descriptors() >= before + 10)
			for _, thread in ipairs(threads) do
				assert.is_true(coroutine.close(thread))
			end
		end)
		loop:run()
		for _, task in ipairs(tasks) do
			local ok, err = task:wait()
			assert.is_false(ok)
			assert.equal("cancelled", err.code)
		end
		assert.is_true(process.descriptors() <= before + LOOP_DESCRIPTORS)
	end)
end)

describe("a coroutine", function()
	local function in_task(f)
		local loop = sdk.loop()
		return select(2, assert(loop:spawn(f):wait()))
	end

	it("that no loop knows blocks, also within a task", function()
		local client = recorder.case(EMPTY):client()
		local beside = 0
		local answers = in_task(function()
			local answers = {}
			for answer in
				coroutine.wrap(function()
					for _ = 1, 3 do
						coroutine.yield((list(client)))
					end
				end)
			do
				answers[#answers + 1] = answer
			end
			beside = beside + 1
			return answers
		end)
		assert.same({ EMPTY, EMPTY, EMPTY }, answers)
		assert.equal(1, beside)
	end)

	it("that blocks does not keep other calls from their ends", function()
		local client = recorder.case(LATER):client()
		local loop = sdk.loop()
		local answers, blocked = {}, {}
		for number = 1, 3 do
			loop:spawn(function()
				answers[number] = list(client)
			end)
		end
		loop:spawn(function()
			coroutine.yield()
			for _ = 1, 2 do
				coroutine.wrap(function()
					blocked[#blocked + 1] = list(client)
				end)()
			end
		end)
		loop:run()
		assert.same({ EMPTY, EMPTY, EMPTY }, answers)
		assert.same({ EMPTY, EMPTY }, blocked)
	end)

	it("blocks where it cannot yield", function()
		local client = recorder.case(EMPTY):client()
		local answers = in_task(function()
			local answers = {}
			table.sort({ 2, 1 }, function(left, right)
				answers[#answers + 1] = list(client)
				return left < right
			end)
			string.gsub("x", "x", function()
				answers[#answers + 1] = list(client)
			end)
			return answers
		end)
		assert.is_true(#answers >= 2)
		assert.equal(EMPTY, answers[#answers])
	end)

	it("makes calls within pcall() and the iterator of a loop, in every Lua", function()
		local client = recorder.case(EMPTY):client()
		local answers = in_task(function()
			local answers = { select(2, pcall(list, client)) }
			local function iterate()
				local answer = #answers < 3 and list(client) or nil
				return answer
			end
			for answer in iterate do
				answers[#answers + 1] = answer
			end
			return answers
		end)
		assert.same({ EMPTY, EMPTY, EMPTY }, answers)
	end)

	--- What a function gives that is called where some Luas cannot yield.
	local places = {
		metamethod = function(f)
			return setmetatable({}, { __index = f }).field
		end,
		finalizer = function(f)
			local result
			lua.finalize({}, function()
				result = f()
			end)
			-- A collection that is asked for is a function of C; one that comes by itself is not.
			local garbage
			repeat
				garbage = { garbage }
				garbage[1] = nil
			until result ~= nil
			return result
		end,
	}
	if coroutine.isyieldable or _VERSION == "Lua 5.2" then
		-- LuaJIT does not make the garbage that nobody sees, and 5.2 mostly finalizes within a function of C.
		places.finalizer = nil
	end
	for place, call in pairs(places) do
		it("waits in a " .. place .. ", or has nothing under way there", function()
			local can_wait = coroutine.isyieldable or (_VERSION == "Lua 5.2" and place == "metamethod")
			local timeout = { read = can_wait and 0.2 or 600 }
			local client = recorder.case(NEVER):client { max_connections = 1, timeout = timeout }
			local loop = sdk.loop()
			local ok, result = loop:spawn(call, function()
				local _, code = list(client)
				return code
			end):wait()
			if can_wait then
				assert.same({ true, "timeout" }, { ok, result })
			else
				assert.is_false(ok)
				assert.truthy(result:find("a metamethod or finalizer cannot wait in this Lua", 1, true))
			end
			client = assert(client:with_options { base_url = recorder.case(EMPTY).base_url, timeout = 5 })
			assert.same({ true, EMPTY }, { loop:spawn(list, client):wait() })
		end)
	end

	it("is known by coxpcall's functions as that which called them", function()
		local has, coxpcall = pcall(require, "coxpcall")
		if not has or not coxpcall.running then
			return
		end
		local results = in_task(function()
			return { coxpcall.pcall(coroutines.current) }
		end)
		assert.is_true(results[1])
		assert.equal("thread", type(results[2]))
		local client = recorder.case(LATER):client()
		local loop, finished = sdk.loop(), 0
		for _ = 1, 5 do
			loop:spawn(function()
				local _, answer = coxpcall.pcall(list, client)
				finished = answer == EMPTY and finished + 1 or finished
			end)
		end
		loop:run()
		assert.equal(5, finished)
	end)

	it("blocks if its client is told to", function()
		local client = recorder.case(EMPTY):client { loop = false }
		local copy = client:with_options { max_retries = 1 }
		local loop = sdk.loop()
		local order = {}
		for number = 1, 2 do
			loop:spawn(function()
				order[#order + 1] = "begin " .. number
				list(number == 1 and client or copy)
				order[#order + 1] = "end " .. number
			end)
		end
		loop:run()
		assert.same({ "begin 1", "end 1", "begin 2", "end 2" }, order)
	end)

	it("takes back nothing from calls that a function of a call makes", function()
		local client = recorder.case(EMPTY):client()
		local other = recorder.case(EMPTY):client()
		local codes = in_task(function()
			local codes = {}
			client.sandboxes:list {
				progress = function()
					codes[#codes + 1] = select(2, list(client)) or "none"
					codes[#codes + 1] = select(2, list(other)) or "none"
				end,
			}
			return codes
		end)
		for index = 1, #codes, 2 do
			assert.equal("none", codes[index + 1])
		end
	end)
end)

describe("a loop that is dropped", function()
	local function start_and_drop(client, tasks, count)
		local loop = sdk.loop()
		for _ = 1, count do
			tasks[loop:spawn(function()
				list(client)
			end)] = true
		end
		loop:spawn(function()
			sdk.sleep(0.1)
			error "enough"
		end)
		assert.is_false(pcall(loop.run, loop))
		return process.descriptors(), loop
	end

	it("takes its tasks, their calls and connections with it", function()
		local client = recorder.case(NEVER):client()
		local before = process.descriptors()
		local tasks = setmetatable({}, { __mode = "k" })
		assert.is_true((start_and_drop(client, tasks, 10)) >= before + 10)
		process.descriptors()
		assert.is_nil(next(tasks))
		assert.is_true(process.descriptors() <= before + LOOP_DESCRIPTORS)
		assert.equal("timeout", select(2, client.sandboxes:list { timeout = 0.1 }).code)
	end)

	it("is no matter to a program that ends", function()
		assert.equal(
			0,
			lua.status(([[
				local sdk = require "sandbox_sdk"
				local client = sdk.new { api_key = "k", base_url = %q, max_retries = 0 }
				local loop = sdk.loop()
				for _ = 1, 5 do
					loop:spawn(function() client.sandboxes:list() end)
				end
				loop:spawn(function() sdk.sleep(0.05) error "enough" end)
				assert(not pcall(loop.run, loop))
			]]):format(recorder.case(NEVER).base_url))
		)
	end)
end)
