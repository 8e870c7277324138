--- The same calls as sdk_in_flight.c from coroutines of sdk.loop(): lua_in_flight.lua BASE_URL IN_FLIGHT WARMUP CALLS
--- prints what that took as JSON.
package.path = arg[0]:match "^(.*)/" .. "/?.lua;" .. package.path
local measure = require "measure"
local sdk = require "sandbox_sdk"

local at_once = tonumber(arg[2])
local client = assert(sdk.new {
	api_key = measure.KEY,
	base_url = arg[1],
	max_connections = at_once,
	max_idle_connections = at_once,
})
local sandboxes = client.sandboxes

local function run(calls)
	local loop = sdk.loop()
	local left = calls
	for _ = 1, at_once do
		loop:spawn(function()
			while left > 0 do
				left = left - 1
				local done = assert(sandboxes:execute(measure.SANDBOX, {
					command = measure.COMMAND,
					idempotency_key = measure.IDEMPOTENCY_KEY,
				}))
				assert(done.exit_code == 0, "an answer that was not asked for")
			end
		end)
	end
	loop:run()
end

run(tonumber(arg[3]))
local clocks = measure.start()
run(tonumber(arg[4]))
measure.report(clocks, tonumber(arg[4]))
