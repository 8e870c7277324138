--- What the collector is told of native memory, in each way that it works in.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local recorder = require "support.recorder"

local COUNT = 10000
local ROW = '{"id":"3f2504e0-4f89-41d3-9a0c-%012d","cpu":1,"memory":1024,"name":"sandbox-%d","status":"running"}'

local function list_of_many()
	local rows = {}
	for index = 1, COUNT do
		rows[index] = ROW:format(index, index)
	end
	return '{"data":[' .. table.concat(rows, ",") .. '],"pagination":{"page":1}}'
end

--- Lists whose elements are all looked at, in a process of its own: how much more memory it has after few of them, and
--- after more, in KiB.
local PROGRAM = [[
package.path = "tests/lua/?.lua;" .. package.path
local process = require "support.process"
local client = assert(require("sandbox_sdk").new { api_key = "k", base_url = %q })
pcall(collectgarbage, %q)

local function growth(lists)
	local before = process.memory()
	for _ = 1, lists do
		local data = assert(client.sandboxes:list()).data
		for index = 1, #data do
			assert(data[index].id)
		end
	end
	return process.memory() - before
end

print(growth(3), growth(8))
]]

describe("the answers that a program drops are freed as it goes on", function()
	local modes = { "incremental" }
	if lua.try_collector "generational" then
		modes[2] = "generational"
		lua.try_collector "incremental"
	end
	for _, mode in ipairs(modes) do
		it("by a collector that is " .. mode, function()
			local case = recorder.case(list_of_many())
			local few, more = lua.output(PROGRAM:format(case.base_url, mode)):match "^(-?%d+)%s+(-?%d+)%s*$"
			assert.is_true(tonumber(more) < 2 * tonumber(few), ("%s KiB, then %s KiB more"):format(few, more))
		end)
	end
end)

it("a collector that the program has stopped is left so", function()
	local case = recorder.case(list_of_many())
	assert.equal("still there\n", lua.output(([[
		local client = assert(require("sandbox_sdk").new { api_key = "k", base_url = %q })
		local garbage = setmetatable({ {} }, { __mode = "v" })
		collectgarbage "stop"
		for _ = 1, 8 do
			assert(client.sandboxes:list())
		end
		print(garbage[1] and "still there" or "collected")
	]]):format(case.base_url)))
end)
