--- Nothing leaks, and nothing is used after it is gone, in whatever order Lua collects it.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local process = require "support.process"
local outcome = require "support.outcome"
local recorder = require "support.recorder"

local LIST = '{"data":[{"id":"a","name":null},{"id":"b","more":{"deep":[1,2,{"x":"y"}]}}],"pagination":{"page":1}}'

--- Uses what a client gives in many ways, and drops all of it.
local function use(case)
	local client = case:client()
	local copy = assert(client:with_options { max_retries = 0 })
	local list = assert(copy.sandboxes:list())
	local part = list.data[2].more.deep
	local iterate, state, first = part:pairs()
	client, copy, list = nil, nil, nil -- luacheck: ignore
	collectgarbage()
	assert.equal("y", part[3].x)
	local count = 0
	for _, value in iterate, state, first do
		count = count + 1
		assert.is_not_nil(value)
	end
	assert.equal(3, count)
	assert.same({ 1, 2, { x = "y" } }, part:to_table())
end

describe("objects are collected in any order", function()
	if lua.try_collector "incremental" then
		it("by the generational collector", function()
			assert.is_true(lua.try_collector "generational")
			finally(function()
				collectgarbage "incremental"
			end)
			local case = recorder.case(LIST)
			for _ = 1, 50 do
				use(case)
			end
		end)
	end

	it("by a collector that works at each allocation", function()
		local pause, step = lua.set_collector(0, 1000)
		finally(function()
			lua.set_collector(pause, step)
		end)
		local case = recorder.case(LIST)
		for _ = 1, 10 do
			use(case)
		end
	end)

	it("by a full collection at each line", function()
		local case = recorder.case(LIST, recorder.answer(404, '{"error":{"message":"gone"}}'))
		debug.sethook(function()
			collectgarbage()
		end, "l")
		local ok, problem = pcall(function()
			local client = case:client()
			assert(client.sandboxes:list().data[1]:has "name")
			local answer, err = client.sandboxes:upload("s", {
				path = "/f",
				file = function()
					return nil
				end,
				extra_headers = { ["X-" .. "A"] = ("v"):rep(3) },
				extra_body = { value = { "a" .. 1, { b = 2 } } },
			})
			assert.is_nil(answer)
			assert.equal("gone", err.body.error.message)
			client:close()
		end)
		debug.sethook()
		assert(ok, problem)
	end)

	it("by a finalizer that uses what was finalized before", function()
		local case = recorder.case(LIST)
		local results = {}
		local kept
		do
			-- What is made first is finalized last.
			local holder = lua.finalize({}, function(self)
				local list = self.list
				results[#results + 1] = list.data == nil and list:to_json(0) == "null" and #list == 0 and list:pairs()() == nil
				results[#results + 1] = self.iterate() == nil
				results[#results + 1] = not pcall(self.client.sandboxes.list, self.client.sandboxes)
			end)
			holder.client = case:client()
			holder.list = assert(holder.client.sandboxes:list())
			holder.iterate = holder.list:pairs()
			holder.iterate()
			kept = holder.list.data[1]
		end
		collectgarbage()
		collectgarbage()
		assert.same({ true, true, true }, results)
		assert.equal("a", kept.id)
	end)
end)

it("the collector knows how much native memory answers and clients keep", function()
	local item = '{"id":"a","name":"b","status":"running"}'
	local case = recorder.case('{"data":[' .. (item .. ","):rep(1999) .. item .. "]}")
	assert.equal("", lua.output(([[
		package.path = "tests/lua/?.lua;" .. package.path
		local process = require "support.process"
		local sdk = require "sandbox_sdk"
		local function make() return assert(sdk.new { api_key = "k", base_url = %q }) end
		local client = make()
		assert(client.sandboxes:list())
		local before = process.memory()
		for _ = 1, 100 do
			assert(client.sandboxes:list())
			assert(process.memory() - before < 16 * 1024, process.memory() - before)
		end
		for _ = 1, 200 do
			assert(make().volumes:list())
			assert(process.memory() - before < 24 * 1024, process.memory() - before)
		end
	]]):format(case.base_url)))
end)

describe("a program that ends", function()
	it("with everything still in use is clean", function()
		local case = recorder.case(LIST)
		assert.equal("", lua.output(([[
			local sdk = require "sandbox_sdk"
			client = assert(sdk.new { api_key = "k", base_url = %q })
			copy = client:with_options { max_retries = 1 }
			list = assert(copy.sandboxes:list())
			part = list.data[2].more.deep
			setmetatable({}, { __gc = function() pcall(function() return part[1], client.sandboxes:list() end) end })
		]]):format(case.base_url)))
	end)

	it("within a function that a call runs is clean", function()
		local case = recorder.case "{}"
		local status = lua.status(([[
			local sdk = require "sandbox_sdk"
			local client = assert(sdk.new { api_key = "k", base_url = %q })
			client.sandboxes:upload("s", { path = "/f", file = function() os.exit(7) end })
		]]):format(case.base_url))
		assert.equal(7, status)
	end)
end)

-- Two Luas, or all of them in the long form, make so many; what leaks in the binding's code leaks in each.
local MANY = (lua.command == "lua5.4" or lua.runtime == "LuaJIT" or os.getenv "SBX_FULL") and 2000 or 500

describe("nothing grows over many calls", function()
	local function run_often(f, times)
		for call = 1, times do
			f()
			if call % 50 == 0 then
				collectgarbage()
			end
		end
	end

	--- Runs a function, which makes one call or so many, to warm up and then for MANY calls; neither memory nor
	--- descriptors may grow.
	local function stays(f, calls)
		calls = calls or 1
		run_often(f, 200 / calls)
		local descriptors = process.descriptors()
		local memory, used = process.memory(), collectgarbage "count"
		run_often(f, MANY / calls)
		assert.equal(descriptors, process.descriptors())
		assert.truthy(collectgarbage "count" - used < 64, ("Lua grew by %f KiB"):format(collectgarbage "count" - used))
		assert.truthy(process.memory() - memory < 2048, ("grew by %d KiB"):format(process.memory() - memory))
	end

	it("that succeed", function()
		local client = recorder.case(LIST):client()
		stays(function()
			local list = assert(client.sandboxes:list { extra_headers = { ["X-A"] = "b" }, extra_query = { a = { 1 } } })
			assert(list.data[2].more.deep[3].x == "y")
		end)
	end)

	it("that fail", function()
		local client = recorder.case(recorder.answer(404, '{"error":{"message":"gone"}}')):client()
		stays(function()
			local answer, err = client.sandboxes:execute("s", { command = "x", env = { A = "b" } })
			assert(answer == nil and err.code == "not_found")
		end)
	end)

	it("that are refused", function()
		local client = recorder.case(LIST):client()
		stays(function()
			local answer, err = outcome.of(client.sandboxes.create, client.sandboxes, {
				extra_body = { list = { 1, { 2, print } } },
				extra_query = { a = 1 },
			})
			assert(answer == nil and err.argument == "extra_body.list[2][2]")
			answer, err = outcome.of(client.sandboxes.create, client.sandboxes, { name = 1 })
			assert(answer == nil and err.argument == "name")
		end)
	end)

	it("that move files", function()
		local up = recorder.case('{"size":3}'):client()
		local down = recorder.case(recorder.answer(200, "abc", { ["Content-Type"] = "application/octet-stream" })):client()
		local name = recorder.temporary "moved"
		stays(function()
			local given = false
			assert(up.sandboxes:upload("s", {
				path = "/f",
				file = function()
					given = not given
					return given and "abc" or nil
				end,
			}))
			assert(down.sandboxes:download("s", { path = "/f", into = name }))
			assert(up.sandboxes:upload("s", { path = "/f", file = { path = name } }))
		end, 3)
	end)

	it("of clients that are made and dropped", function()
		local case = recorder.case(LIST)
		stays(function()
			local client = case:client()
			assert(client:with_options { max_retries = 1 })
			client:close()
		end)
	end)
end)
