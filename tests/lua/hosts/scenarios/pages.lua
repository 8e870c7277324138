--- All pages of a list, waited for and in a coroutine.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })

local function count()
	local found = 0
	for sandbox in client.sandboxes:each { page_size = 2 } do
		sdk.assert(sandbox.id == "sb-1" or sandbox.id == "sb-2", "wrong item")
		found = found + 1
	end
	sdk.assert(found == 2, "wrong count")
end

return function()
	count()
	local loop = sdk.loop()
	loop:spawn(count)
	loop:run()
	local pages = sdk.assert(client.sandboxes:pages())
	sdk.assert(pages:next())
end
