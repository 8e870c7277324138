--- The adapters for event loops, each where this Lua has it.
package.path = "tests/lua/?.lua;" .. package.path
local core = require "sandbox_sdk.core"
local lua = require "support.lua"
local process = require "support.process"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

-- The distribution has copas for 5.1 and 5.2; later ones run the same file.
if not package.path:find("/usr/share/lua/5.1/", 1, true) then
	package.path = package.path .. ";/usr/share/lua/5.1/?.lua"
end

local EMPTY = '{"data":[]}'
local LATER = "@delay 0.1\n" .. recorder.answer(200, EMPTY)
local NEVER = "@delay 600\n" .. recorder.answer(200, EMPTY)

--- How each loop begins a coroutine, and runs until all are done.
local LOOPS = {
	luv = function(uv)
		return {
			spawn = function(f)
				coroutine.wrap(f)()
			end,
			run = function()
				uv.run()
			end,
		}
	end,
	cqueues = function(cqueues)
		local controller = cqueues.new()
		return {
			spawn = function(f)
				controller:wrap(f)
			end,
			run = function()
				assert(controller:loop())
			end,
		}
	end,
	copas = function(copas)
		local count = 0
		return {
			spawn = function(f)
				count = count + 1
				copas.addthread(function()
					f()
					count = count - 1
				end)
			end,
			run = function()
				while count > 0 do
					copas.step()
				end
			end,
		}
	end,
}

local function list(client)
	local page, err = client.sandboxes:list()
	return page and tostring(page) or nil, err and err.code
end

for name, make in pairs(LOOPS) do
	local is_here, library = pcall(require, name)
	local describe_it = is_here and describe or pending
	describe_it("the adapter for " .. name, function()
		local loop

		before_each(function()
			sdk.use(require("sandbox_sdk.loops." .. name))
			loop = make(library)
		end)

		after_each(function()
			sdk.use(nil)
		end)

		it("runs calls side by side, again and again", function()
			local client = recorder.case(LATER):client()
			for _ = 1, 2 do
				local under_way, most, answers = 0, 0, {}
				for number = 1, 8 do
					loop.spawn(function()
						under_way = under_way + 1
						most = math.max(most, under_way)
						answers[number] = list(client)
						under_way = under_way - 1
					end)
				end
				loop.run()
				assert.equal(8, most)
				for number = 1, 8 do
					assert.equal(EMPTY, answers[number])
				end
			end
		end)

		it("sleeps, the shortest first", function()
			local order = {}
			for _, seconds in ipairs { 0.09, 0.03, 0.06, 0 } do
				loop.spawn(function()
					assert.is_true(sdk.sleep(seconds))
					order[#order + 1] = seconds
				end)
			end
			loop.run()
			assert.same({ 0, 0.03, 0.06, 0.09 }, order)
		end)

		it("has timers without end, which can be called off", function()
			local has_rung, is_over = false, false
			loop.spawn(function()
				local call_off = require("sandbox_sdk.loops." .. name).timer(math.huge, function()
					has_rung = true
				end)
				assert.is_true(sdk.sleep(0.01))
				call_off()
				is_over = true
			end)
			loop.run()
			assert.is_true(is_over)
			assert.is_false(has_rung)
		end)

		it("returns errors, and the end of a client that is closed meanwhile", function()
			local missing = recorder.case(recorder.answer(404, "{}")):client()
			local closed = recorder.case(NEVER):client()
			local codes = {}
			loop.spawn(function()
				codes.missing = select(2, list(missing))
			end)
			loop.spawn(function()
				codes.closed = select(2, list(closed))
			end)
			loop.spawn(function()
				sdk.sleep(0.05)
				closed:close()
			end)
			loop.run()
			assert.same({ missing = "not_found", closed = "closed" }, codes)
		end)

		it("ends calls whose cancel is fired", function()
			local client = recorder.case(NEVER):client()
			local cancel = sdk.cancel()
			local code
			loop.spawn(function()
				code = select(2, client.sandboxes:list { cancel = cancel }).code
			end)
			loop.spawn(function()
				sdk.sleep(0.05)
				cancel:fire()
			end)
			loop.run()
			assert.equal("cancelled", code)
		end)

		it("calls off timers and watches", function()
			local adapter = require("sandbox_sdk.loops." .. name)
			local called = false
			loop.spawn(function()
				local function call()
					called = true
				end
				local descriptor, timer = core.timer(0.01)
				local stops = { adapter.timer(0.01, call), adapter.watch(descriptor, call) }
				sdk.sleep(0)
				for _, stop in ipairs(stops) do
					stop()
				end
				timer:close()
				sdk.sleep(0.05)
			end)
			loop.run()
			assert.is_false(called)
		end)

		it("uses one client after the other, whose descriptors have the same number", function()
			local count = 0
			loop.spawn(function()
				for _ = 1, 3 do
					local client = recorder.case(EMPTY):client()
					count = list(client) == EMPTY and count + 1 or count
					client:close()
					client = nil -- luacheck: ignore
					process.descriptors()
				end
			end)
			loop.run()
			assert.equal(3, count)
		end)

		it("leaves the main program and tasks of the plain loop alone", function()
			local client = recorder.case(EMPTY):client()
			assert.equal(EMPTY, (list(client)))
			local plain = sdk.loop()
			assert.same({ true, EMPTY }, { plain:spawn(list, client):wait() })
		end)

		it("is that of a client that is given it", function()
			local client = recorder.case(LATER):client { loop = require("sandbox_sdk.loops." .. name) }
			sdk.use(nil)
			local under_way, most = 0, 0
			for _ = 1, 3 do
				loop.spawn(function()
					under_way = under_way + 1
					most = math.max(most, under_way)
					assert.equal(EMPTY, (list(client)))
					under_way = under_way - 1
				end)
			end
			loop.run()
			assert.equal(3, most)
		end)

		it("goes on with one that yields for reasons of its own while a call is under way", function()
			local client = recorder.case(LATER):client()
			local answers = {}
			for number = 1, 2 do
				loop.spawn(function()
					answers[number] = list(client)
					sdk.sleep(0.01)
					answers[number] = list(client) == answers[number]
				end)
			end
			loop.run()
			assert.same({ true, true }, answers)
		end)
	end)
end

describe("cqueues", function()
	local has, cqueues = pcall(require, "cqueues")
	if not has then
		return
	end

	after_each(function()
		sdk.use(nil)
	end)

	it("runs a client's calls in two controllers", function()
		sdk.use(require "sandbox_sdk.loops.cqueues")
		local client = recorder.case(LATER):client()
		local outer, inner = cqueues.new(), cqueues.new()
		local answers = {}
		for number = 1, 3 do
			outer:wrap(function()
				answers[number] = list(client)
			end)
			inner:wrap(function()
				answers[number + 3] = list(client)
			end)
		end
		outer:wrap(function()
			assert(inner:loop())
		end)
		assert(outer:loop())
		assert.same({ EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY }, answers)
	end)

	it("runs a client's calls in one controller while another rests", function()
		sdk.use(require "sandbox_sdk.loops.cqueues")
		local client = recorder.case(LATER):client()
		local answers = {}
		local first, second = cqueues.new(), cqueues.new()
		for number, controller in ipairs { first, second } do
			controller:wrap(function()
				answers[number] = list(client)
			end)
			assert(controller:step(0))
		end
		assert(second:loop())
		assert.equal(EMPTY, answers[2])
		assert(first:loop())
		assert.equal(EMPTY, answers[1])
	end)

	it("blocks in a coroutine within one of a controller's", function()
		sdk.use(require "sandbox_sdk.loops.cqueues")
		local client = recorder.case(EMPTY):client()
		local controller = cqueues.new()
		local answers = {}
		controller:wrap(function()
			for answer in
				coroutine.wrap(function()
					coroutine.yield((list(client)))
					coroutine.yield((list(client)))
				end)
			do
				answers[#answers + 1] = answer
			end
		end)
		assert(controller:loop())
		assert.same({ EMPTY, EMPTY }, answers)
	end)

	it("takes the calls of a controller that is dropped with it", function()
		sdk.use(require "sandbox_sdk.loops.cqueues")
		local client = recorder.case(NEVER):client()
		local before = process.descriptors()
		local function start()
			local controller = cqueues.new()
			for _ = 1, 10 do
				controller:wrap(list, client)
			end
			controller:loop(0.1)
			return process.descriptors(), controller
		end
		assert.is_true((start()) >= before + 10)
		process.descriptors()
		assert.is_true(process.descriptors() <= before + 8)
	end)
end)

describe("luv", function()
	local has, uv = pcall(require, "luv")
	if not has then
		return
	end

	after_each(function()
		sdk.use(nil)
	end)

	it("goes on in a coroutine's own wait only where that is told", function()
		sdk.use(require "sandbox_sdk.loops.luv")
		local client = recorder.case(LATER):client()
		local order = {}
		local thread
		coroutine.wrap(function()
			thread = coroutine.running()
			order[1] = list(client)
			local timer = uv.new_timer()
			timer:start(50, 0, function()
				timer:close()
				coroutine.resume(thread, "told")
			end)
			order[2] = coroutine.yield()
		end)()
		coroutine.resume(thread, "too early")
		uv.run()
		assert.same({ EMPTY, "told" }, order)
	end)

	it("frees what a coroutine that is closed waits for", function()
		if not lua.has_close then
			return
		end
		sdk.use(require "sandbox_sdk.loops.luv")
		local client = recorder.case(NEVER):client()
		local before = process.descriptors()
		local threads = {}
		for number = 1, 10 do
			threads[number] = coroutine.create(list)
			coroutine.resume(threads[number], client)
		end
		local most
		coroutine.wrap(function()
			sdk.sleep(0.1)
			most = process.descriptors()
			for _, thread in ipairs(threads) do
				assert.is_true(coroutine.close(thread))
			end
		end)()
		uv.run()
		assert.is_true(most >= before + 10)
		assert.is_true(process.descriptors() <= before + 8)
	end)

	it("leaves a coroutine alone that does not wait for it", function()
		local adapter = require "sandbox_sdk.loops.luv"
		local thread = coroutine.create(function()
			coroutine.yield "its own"
		end)
		assert.same({ true, "its own" }, { coroutine.resume(thread) })
		adapter.resume(thread)
		assert.equal("suspended", coroutine.status(thread))
	end)

	it("raises in its callback what a coroutine raises", function()
		local output = lua.output(([[
			local sdk, uv = require "sandbox_sdk", require "luv"
			sdk.use(require "sandbox_sdk.loops.luv")
			local client = sdk.new { api_key = "k", base_url = %q }
			coroutine.wrap(function()
				client.sandboxes:list()
				error "a mistake"
			end)()
			uv.run()
		]]):format(recorder.case(EMPTY).base_url))
		assert.truthy(output:find "program.lua:6: a mistake\nstack traceback:")
	end)

	it("raises it where the program has no debug library", function()
		local output = lua.output [[
			debug = nil
			local sdk, uv = require "sandbox_sdk", require "luv"
			sdk.use(require "sandbox_sdk.loops.luv")
			coroutine.wrap(function()
				sdk.sleep(0)
				error("a mistake", 0)
			end)()
			uv.run()
		]]
		assert.truthy(output:find("a mistake", 1, true))
		assert.is_nil(output:find("'debug'", 1, true))
	end)

	it("is no matter to a program that ends with calls under way", function()
		assert.equal(
			0,
			lua.status(([[
				local sdk, uv = require "sandbox_sdk", require "luv"
				sdk.use(require "sandbox_sdk.loops.luv")
				local client = sdk.new { api_key = "k", base_url = %q }
				for _ = 1, 5 do
					coroutine.wrap(function() client.sandboxes:list() end)()
				end
				coroutine.wrap(function() sdk.sleep(0.05) uv.stop() end)()
				uv.run()
			]]):format(recorder.case(NEVER).base_url))
		)
	end)
end)

describe("copas", function()
	local has, copas = pcall(require, "copas")
	if not has then
		return
	end

	after_each(function()
		sdk.use(nil)
	end)

	it("makes calls within coxpcall's functions", function()
		local coxpcall = require "coxpcall"
		sdk.use(require "sandbox_sdk.loops.copas")
		local client = recorder.case(LATER):client()
		local under_way, most, count, ended = 0, 0, 0, 0
		for _ = 1, 4 do
			copas.addthread(function()
				under_way = under_way + 1
				most = math.max(most, under_way)
				local ok, answer = coxpcall.pcall(list, client)
				under_way, ended = under_way - 1, ended + 1
				count = ok and answer == EMPTY and count + 1 or count
			end)
		end
		while ended < 4 do
			copas.step()
		end
		assert.equal(4, count)
		assert.equal(4, most)
	end)

	it("answers from a server of its own with what a call gives", function()
		local socket = require "socket"
		sdk.use(require "sandbox_sdk.loops.copas")
		local client = recorder.case(LATER):client()
		local listener = assert(socket.bind("127.0.0.1", 0))
		local _, port = listener:getsockname()
		copas.addserver(listener, function(connection)
			connection = copas.wrap(connection)
			connection:receive "*l"
			connection:send(assert(list(client)) .. "\n")
		end)
		local said
		copas.addthread(function()
			local connection = copas.wrap(socket.tcp())
			copas.connect(connection.socket, "127.0.0.1", port)
			connection:send "hello\n"
			said = connection:receive "*l"
		end)
		while not said do
			copas.step()
		end
		assert.equal(EMPTY, said)
	end)
end)

describe("sdk.use()", function()
	it("refuses what is no adapter", function()
		for _, value in ipairs { {}, "luv", true, sdk.loop() } do
			local ok, err = pcall(sdk.use, value)
			assert.is_false(ok)
			assert.equal("adapter", err.argument)
			assert.truthy(err.message:find("sandbox_sdk.use(): adapter: must be a", 1, true))
			ok, err = pcall(sdk.new, { api_key = "k", loop = value })
			assert.is_false(ok)
			assert.equal("loop", err.argument)
		end
	end)
end)
