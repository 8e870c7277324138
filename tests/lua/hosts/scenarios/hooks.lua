--- Functions of the program's that are told of attempts, and one that answers in the place of the network.
local sdk = require "sandbox_sdk"
local ANSWER = { status = 200, body = '{"data":[{"id":"a"}]}' }

return function()
	local attempts = 0
	local client = sdk.assert(sdk.new {
		api_key = "k",
		max_retries = 0,
		on_attempt = function()
			attempts = attempts + 1
		end,
		transport = function()
			return ANSWER
		end,
	})
	local list = sdk.assert(client.sandboxes:list())
	sdk.assert(list.data[1].id == "a", "wrong answer")
	client:close()
end
