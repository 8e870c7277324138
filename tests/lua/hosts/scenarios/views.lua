--- Everything that can be asked of a model.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
local list = sdk.assert(client.sandboxes:list())
local metatable = debug.getmetatable(list)

return function()
	local copy = sdk.assert(client.sandboxes:list())
	sdk.assert(copy == list, "not equal")
	for _, view in ipairs { list, list.data, list.data[1], list.pagination } do
		local count = 0
		for name, value in metatable.__pairs(view) do
			sdk.assert(name ~= nil and value ~= nil, "wrong member")
			count = count + 1
		end
		sdk.assert(count == metatable.__len(view), "wrong count")
		sdk.assert(type(view:to_table()) == "table", "wrong table")
		sdk.assert(#view:to_json() >= #tostring(view), "wrong text")
	end
	sdk.assert(list:has "data" == "present" and not list:has "none", "wrong member")
	sdk.assert(list.data[1].cpu == 1.5 and list.data[3] == nil and list.data[2].name == "other", "wrong member")
	local ok, err = pcall(function()
		list.x = 1
	end)
	sdk.assert(not ok and (err:find "read%-only" or err:find "memory"), "it was set: " .. tostring(err))
end
