--- Calls that are ended, or dropped, while no answer comes.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/hang", max_retries = 0 })

local function hang(cancel)
	local answer, err = client.sandboxes:list { cancel = cancel }
	sdk.assert(answer == nil, "an answer that is none")
	if err.code ~= "cancelled" then
		error(err, 0)
	end
	return true
end

return function()
	local loop, cancel = sdk.loop(), sdk.cancel()
	local first = loop:spawn(hang, cancel)
	local second = loop:spawn(hang)
	local third = sdk.loop():spawn(hang)
	local fourth = loop:spawn(function()
		cancel:fire()
		second:cancel()
	end)
	-- The one that ends the others is the first to be waited for: without it they would wait for ever.
	for _, task in ipairs { fourth, first, second } do
		local ok, err = task:wait()
		if not ok then
			error(err, 0)
		end
	end
	sdk.assert(cancel:is_fired() and not third:is_done(), "not fired")
	local answer, err = client.sandboxes:list { cancel = cancel }
	sdk.assert(answer == nil and err.code == "cancelled", err)
end
