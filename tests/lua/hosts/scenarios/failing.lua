--- Functions of the program's that fail.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })

local function check(answer, err, cause)
	sdk.assert(answer == nil, "an answer that is none")
	if err.cause ~= cause then
		error(err.message, 0)
	end
end

return function()
	local cause = { "why" }
	local function fail()
		error(cause, 0)
	end
	local function tell()
		return nil, cause
	end
	for _, f in ipairs { fail, tell } do
		local answer, err = client.sandboxes:upload("sb-1", { path = "/f", file = f })
		check(answer, err, cause)
		answer, err = client.sandboxes:upload("sb-1", { path = "/f", file = "x", progress = f })
		check(answer, err, cause)
		answer, err = client.sandboxes:download("sb-1", { path = "/f", into = f })
		check(answer, err, cause)
	end
	local answer, err = client.sandboxes:upload("sb-1", { path = "/f", file = function()
		return {}
	end })
	sdk.assert(answer == nil, "an answer that is none")
	sdk.assert(err.message:find "memory" or err.message:find "strings", err)
end
