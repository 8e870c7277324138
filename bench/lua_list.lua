--- The same as sdk_list.c from Lua: lua_list.lua BASE_URL WARMUP LISTS prints what that took as JSON.
package.path = arg[0]:match "^(.*)/" .. "/?.lua;" .. package.path
local measure = require "measure"
local sdk = require "sandbox_sdk"

local client = assert(sdk.new { api_key = measure.KEY, base_url = arg[1] })

local function run(lists)
	for _ = 1, lists do
		local page = assert(client.sandboxes:list())
		local data, length = page.data, 0
		for index = 1, #data do
			length = length + #data[index].id
		end
		assert(length > 0, "an answer that was not asked for")
	end
end

local before = measure.memory "VmRSS"
run(tonumber(arg[2]))
local clocks = measure.start()
run(tonumber(arg[3]))
measure.report(clocks, tonumber(arg[3]), (', "memory_kib": %d'):format(measure.memory "VmHWM" - before))
