--- One command in many sandboxes, and leftovers.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })

local function run()
	local results = sdk.assert(client.sandboxes:run_many({ "sb-1", "sb-2", "sb-3" }, "x", { concurrency = 2 }))
	sdk.assert(#results == 3 and results.failed == 0, "wrong results")
	sdk.assert(results[2].execution.stdout == "said\n", "wrong output")
	local found = sdk.assert(client:delete_leftovers { name_prefix = "session-", dry_run = true })
	sdk.assert(found.found == 1 and found[1].id == "sb-1", "wrong leftovers")
end

return function()
	run()
	local loop = sdk.loop()
	loop:spawn(run)
	loop:run()
end
