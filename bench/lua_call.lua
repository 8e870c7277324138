--- The same call as sdk_call.c from Lua: lua_call.lua BASE_URL WARMUP CALLS prints what that took as JSON.
package.path = arg[0]:match "^(.*)/" .. "/?.lua;" .. package.path
local measure = require "measure"
local sdk = require "sandbox_sdk"

local client = assert(sdk.new { api_key = measure.KEY, base_url = arg[1] })
local sandboxes = client.sandboxes

local function run(calls)
	for _ = 1, calls do
		local done = assert(sandboxes:execute(measure.SANDBOX, {
			command = measure.COMMAND,
			idempotency_key = measure.IDEMPOTENCY_KEY,
		}))
		assert(done.exit_code == 0, "an answer that was not asked for")
	end
end

run(tonumber(arg[2]))
local clocks = measure.start()
run(tonumber(arg[3]))
measure.report(clocks, tonumber(arg[3]))
