--- Nothing leaks, and nothing is used after it is gone, in whatever order Lua collects it.
package.path = "tests/lua/?.lua;" .. package.path
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
	local iterate, state, first = pairs(part)
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
	after_each(function()
		collectgarbage "incremental"
		collectgarbage("setpause", 200)
		collectgarbage("setstepmul", 100)
	end)

	it("by the generational collector", function()
		collectgarbage "generational"
		local case = recorder.case(LIST)
		for _ = 1, 50 do
			use(case)
		end
	end)

	it("by a collector that works at each allocation", function()
		collectgarbage("setpause", 0)
		collectgarbage("setstepmul", 1000)
		local case = recorder.case(LIST)
		for _ = 1, 50 do
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
			local holder = setmetatable({}, {
				__gc = function(self)
					local list = self.list
					results[#results + 1] = list.data == nil and list:to_json(0) == "null" and #list == 0 and pairs(list)() == nil
					results[#results + 1] = self.iterate() == nil
					results[#results + 1] = not pcall(self.client.sandboxes.list, self.client.sandboxes)
				end,
			})
			holder.client = case:client()
			holder.list = assert(holder.client.sandboxes:list())
			holder.iterate = pairs(holder.list)
			holder.iterate()
			kept = holder.list.data[1]
		end
		collectgarbage()
		collectgarbage()
		assert.same({ true, true, true }, results)
		assert.equal("a", kept.id)
	end)
end)

local function run(program)
	local name = recorder.temporary "program.lua"
	recorder.write_file(name, program)
	return os.execute("lua5.4 " .. name)
end

it("the collector knows how much native memory answers and clients keep", function()
	local item = '{"id":"a","name":"b","status":"running"}'
	local case = recorder.case('{"data":[' .. (item .. ","):rep(1999) .. item .. "]}")
	assert(run(([[
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
		assert(run(([[
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
		local _, _, status = run(([[
			local sdk = require "sandbox_sdk"
			local client = assert(sdk.new { api_key = "k", base_url = %q })
			client.sandboxes:upload("s", { path = "/f", file = function() os.exit(7) end })
		]]):format(case.base_url))
		assert.equal(7, status)
	end)
end)

describe("nothing grows over 2,000 calls", function()
	local function run_often(f, times)
		for call = 1, times do
			f()
			if call % 50 == 0 then
				collectgarbage()
			end
		end
	end

	--- Runs a function 200 times to warm up and 2,000 times more; neither memory nor descriptors may grow.
	local function stays(f)
		run_often(f, 200)
		local descriptors = process.descriptors()
		local memory, used = process.memory(), collectgarbage "count"
		run_often(f, 2000)
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
		end)
	end)

	it("of clients that are made and dropped", function()
		local case = recorder.case(LIST)
		stays(function()
			local client <close> = case:client()
			assert(client:with_options { max_retries = 1 })
		end)
	end)
end)
