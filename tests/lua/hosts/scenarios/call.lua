--- Calls that succeed, and one that fails.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
local other = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/missing", max_retries = 0 })

return function()
	local list = sdk.assert(client.sandboxes:list { page = 1 })
	sdk.assert(list.data[1].id == "sb-1", "wrong answer")
	local run = sdk.assert(client.sandboxes:execute("sb-1", { command = "x", env = { A = "b" } }))
	sdk.assert(run.stdout == "said\n", "wrong answer")
	local answer, err = other.sandboxes:list()
	sdk.assert(answer == nil, "an answer that is none")
	if err.code ~= "not_found" then
		error(err, 0)
	end
	sdk.assert(err.request_id == "r-1" and err.headers["X-Request-Id"] == "r-1", "wrong error")
	sdk.assert(err.body.error.type == "not_found", "wrong error")
end
