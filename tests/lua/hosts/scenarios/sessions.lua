--- Sessions: a command, a file both ways, one that fails, and its end.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
local name = os.tmpname()

return function()
	local session = sdk.assert(client.sandboxes:session { name_prefix = "session-", ready_timeout = 5 })
	sdk.assert(session.id == "sb-1" and session.sandbox.status == "running", "wrong sandbox")
	local run = sdk.assert(session:run { "x", env = { A = "b" }, check = true })
	sdk.assert(run.stdout == "said\n", "wrong output")
	sdk.assert(session:write("/data/x", "hello"))
	sdk.assert(#sdk.assert(session:read "/data/x") == 36, "wrong bytes")
	sdk.assert(session:download("/data/x", name, { directory = false }))
	sdk.assert(session:upload(name, "/data/x", { progress = function() end }))
	session:keep(false)
	sdk.assert(session:close())
	local adopted = sdk.assert(client.sandboxes:adopt "sb-1")
	sdk.assert(tostring(adopted):find "sb%-1", "wrong text")
end
