--- What the collector is told of native memory, in each way that it works in.
package.path = "tests/lua/?.lua;" .. package.path
local process = require "support.process"
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

--- How much more memory the process has, in KiB, after a number of lists whose elements are all looked at.
local function growth(client, lists)
	local before = process.memory()
	for _ = 1, lists do
		local data = assert(client.sandboxes:list()).data
		local length = 0
		for index = 1, #data do
			length = length + #data[index].id
		end
		assert(length > 0)
	end
	return process.memory() - before
end

describe("the answers that a program drops are freed as it goes on", function()
	local modes = { incremental = true }
	if pcall(collectgarbage, "generational") then
		modes.generational = true
	end
	pcall(collectgarbage, "incremental")
	for mode in pairs(modes) do
		it("by a collector that is " .. mode, function()
			local client = recorder.case(list_of_many()):client()
			pcall(collectgarbage, mode)
			local few = growth(client, 3)
			local more = growth(client, 8)
			pcall(collectgarbage, "incremental")
			assert.is_true(more < 2 * few, ("%d KiB, then %d KiB more"):format(few, more))
		end)
	end
end)
