--- Clients that are made, used, closed and dropped.
local server = ...
local sdk = require "sandbox_sdk"

return function()
	local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
	local copy = sdk.assert(client:with_options { max_retries = 1 })
	sdk.assert(copy.volumes:list())
	sdk.with(client, function(same)
		sdk.assert(same.sandboxes:list())
	end)
	sdk.assert(client:is_closed() and copy:is_closed(), "not closed")
	local answer, err = copy.sandboxes:list()
	sdk.assert(answer == nil and err.code == "closed", err)
end
