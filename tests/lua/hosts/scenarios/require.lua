--- The module is opened again in a state that has it.
local server = ...
require "sandbox_sdk"

return function()
	for name in pairs(package.loaded) do
		if name:find "^sandbox_sdk" then
			package.loaded[name] = nil
		end
	end
	local sdk = require "sandbox_sdk"
	sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok" })
end, "long"
