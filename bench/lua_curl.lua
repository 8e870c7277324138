--- The same call by Lua-cURL and lua-cjson alone: lua_curl.lua BASE_URL WARMUP CALLS prints what that took as JSON.
package.path = arg[0]:match "^(.*)/" .. "/?.lua;" .. package.path
local cjson = require "cjson"
local curl = require "curl"
local measure = require "measure"

local parts = {}
local easy = curl.easy_init()
easy:setopt(curl.OPT_URL, arg[1] .. "/v1/sandboxes/" .. measure.SANDBOX .. "/execute")
easy:setopt(curl.OPT_POST, 1)
easy:setopt(curl.OPT_HTTPHEADER, {
	"Accept: application/json",
	"Content-Type: application/json",
	"Idempotency-Key: " .. measure.IDEMPOTENCY_KEY,
	"X-API-Key: " .. measure.KEY,
})
easy:setopt(curl.OPT_WRITEFUNCTION, function(text)
	parts[#parts + 1] = text
	return #text
end)

local function run(calls)
	for _ = 1, calls do
		parts = {}
		easy:setopt(curl.OPT_POSTFIELDS, cjson.encode { command = measure.COMMAND })
		easy:perform()
		assert(cjson.decode(table.concat(parts)).exit_code == 0, "an answer that was not asked for")
	end
end

run(tonumber(arg[2]))
local clocks = measure.start()
run(tonumber(arg[3]))
measure.report(clocks, tonumber(arg[3]))
