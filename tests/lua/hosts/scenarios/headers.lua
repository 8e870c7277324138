--- Options of a client and of a call, and copies with other ones.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })

return function()
	local copy = sdk.assert(client:with_options {
		default_headers = { ["X-A"] = "1", ["X-B"] = false },
		default_query = { q = { 1, { deep = "x" } } },
		timeout = { connect = 5, read = false },
		deadline = 60,
		log_level = "off",
	})
	copy.max_retries = 0
	sdk.assert(copy:set_options { set_default_headers = { ["X-C"] = "2" } })
	sdk.assert(copy.sandboxes:list { extra_headers = { ["X-D"] = "3" }, timeout = 60, idempotency_key = "i" })
	sdk.assert(tostring(copy):find "127.0.0.1" and copy.api_key == "k" and copy.max_retries == 0, "wrong client")
end
