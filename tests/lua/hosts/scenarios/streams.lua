--- The output of a command while it is written, waited for and in a coroutine.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })

local function run()
	local session = sdk.assert(client.sandboxes:adopt "sb-1")
	local stream = sdk.assert(session:stream "x")
	local said = {}
	for event in stream:events() do
		said[#said + 1] = event.data
	end
	sdk.assert(#said > 0, "no output")
	stream:close()
end

return function()
	run()
	local loop = sdk.loop()
	loop:spawn(run)
	loop:run()
end
