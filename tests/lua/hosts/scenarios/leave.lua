--- The state is closed, or all is dropped, with calls under way and with all that was made in use.
local server = ...
local sdk = require "sandbox_sdk"
local unpack = table.unpack or unpack

return function()
	local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/hang", max_retries = 0 })
	local copy = sdk.assert(client:with_options { base_url = server .. "/ok", api_key = "k" })
	local loop = sdk.loop()
	local CALLS = {
		{ client.sandboxes.list, client.sandboxes },
		{ client.sandboxes.upload, client.sandboxes, "sb-1", {
			path = "/f",
			file = function()
				return "x"
			end,
			progress = function() end,
		} },
		{ client.sandboxes.download, client.sandboxes, "sb-1", {
			path = "/f",
			into = function() end,
		} },
	}
	for _, call in ipairs(CALLS) do
		loop:spawn(unpack(call, 1, 4))
	end
	local other = loop:spawn(function()
		return sdk.assert(copy.sandboxes:list())
	end)
	local ok, list = other:wait()
	if not ok then
		error(list, 0)
	end
	local each = debug.getmetatable(list).__pairs(list)
	package.loaded.kept = { client = client, copy = copy, loop = loop, list = list, part = list.data[1], each = each }
end
