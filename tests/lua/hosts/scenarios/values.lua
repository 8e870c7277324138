--- Arguments of every kind, deep ones, and ones that cannot be sent.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
local deep = {}
for _ = 1, 60 do
	deep = { deep, sdk.object { one = deep } }
	if #deep == 2 then
		deep[2] = true
	end
end
local model = sdk.assert(client.sandboxes:list())

return function()
	local body = { deep, sdk.array(), sdk.object(), sdk.null, 1, 1.5, true, ("x"):rep(100), { a = { b = 1 } }, model }
	sdk.assert(client.sandboxes:create { extra_body = { more = body }, extra_query = { q = { "a", "b" } } })
	for _, wrong in ipairs { { print }, { { ["a"] = print } }, { 1 / 0 }, { "\255" }, { [1] = 1, x = 1 } } do
		local answer, err = nil, nil
		local ok, raised = pcall(function()
			answer, err = client.sandboxes:create { extra_body = { more = { 1, wrong } } }
		end)
		err = ok and err or raised
		if answer or type(err) ~= "table" or err.code ~= "invalid_argument" then
			error(err, 0)
		end
	end
end
