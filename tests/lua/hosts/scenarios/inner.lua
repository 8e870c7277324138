--- The module is required in a coroutine that is collected afterwards, and calls are made in others.
local server = ...
coroutine.wrap(function()
	require "sandbox_sdk"
end)()
collectgarbage()
local sdk = require "sandbox_sdk"

return function()
	local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
	sdk.assert(client.sandboxes:list())
	for _ = 1, 2 do
		local list, err
		coroutine.wrap(function()
			list, err = client.sandboxes:list()
		end)()
		sdk.assert(list, err)
	end
end
