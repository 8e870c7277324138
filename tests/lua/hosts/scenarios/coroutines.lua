--- Calls of coroutines side by side.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })

return function()
	local loop = sdk.loop()
	local done = 0
	for number = 1, 3 do
		loop:spawn(function()
			local list = sdk.assert(client.sandboxes:list { page = number })
			sdk.assert(list.data[2].id == "sb-2", "wrong answer")
			local bytes = sdk.assert(client.sandboxes:download("sb-1", { path = "/f" }))
			sdk.assert(#bytes == 36, "wrong bytes")
			sdk.sleep(0)
			done = done + 1
		end)
	end
	local waiting = loop:spawn(function()
		return sdk.assert(client.sandboxes:upload("sb-1", { path = "/f", file = function()
			return nil
		end })).size
	end)
	local ok, size = waiting:wait()
	if not ok then
		error(size, 0)
	end
	loop:run()
	sdk.assert(done == 3 and size == 5, "not done")
end
