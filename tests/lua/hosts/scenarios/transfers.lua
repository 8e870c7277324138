--- Files to and from functions, io files and paths, with progress.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
local again = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/retry", max_retries = 1 })
local FILE = "0123456789abcdefghijklmnopqrstuvwxyz"
local name = os.tmpname()
local file = assert(io.open(name, "w+b"))
os.remove(name)

return function()
	local left, steps = 3, 0
	local function give()
		left = left - 1
		return left >= 0 and ("chunk " .. left) or nil
	end
	local function progress(done)
		steps = steps + (done > 0 and 1 or 0)
	end
	sdk.assert(client.sandboxes:upload("sb-1", { path = "/f", file = give, progress = progress }))
	sdk.assert(left < 0 and steps > 0, "not told")
	local data = { data = give, filename = "f", content_type = "text/plain", rewind = function()
		left = 2
		return true
	end }
	left = 2
	sdk.assert(again.sandboxes:upload("sb-1", { path = "/f", file = data }))

	local chunks = {}
	local function take(chunk)
		chunks[#chunks + 1] = chunk
	end
	sdk.assert(sdk.assert(client.sandboxes:download("sb-1", { path = "/f", into = take })) == #FILE, "wrong size")
	sdk.assert(table.concat(chunks) == FILE, "wrong bytes")
	sdk.assert(sdk.assert(client.sandboxes:download("sb-1", { path = "/f" })) == FILE, "wrong bytes")
	file:seek "set"
	sdk.assert(client.sandboxes:download("sb-1", { path = "/f", into = file }))
	file:seek "set"
	sdk.assert(client.sandboxes:upload("sb-1", { path = "/f", file = file }))
end
