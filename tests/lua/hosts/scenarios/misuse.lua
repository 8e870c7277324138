--- Mistakes in the program, which raise errors.
local server = ...
local sdk = require "sandbox_sdk"
local client = sdk.assert(sdk.new { api_key = "k", base_url = server .. "/ok", max_retries = 0 })
local MISTAKES = {
	{ sdk.new, "x" },
	{ sdk.new, { no_such = 1 } },
	{ sdk.new, { timeout = { read = "x" } } },
	{ sdk.new, { default_headers = { ["X-A"] = 1 } } },
	{ client.sandboxes.create, client.sandboxes, { no_such = 1 } },
	{ client.sandboxes.create, client.sandboxes, { env_vars = { A = 1 } } },
	{ client.sandboxes.create, {}, {} },
	{ client.sandboxes.upload, client.sandboxes, "id", { path = "/f", file = {} } },
	{ client.sandboxes.download, client.sandboxes, "id", { path = "/f", into = {} } },
	{ client.close },
}
local unpack = table.unpack or unpack

return function()
	for _, mistake in ipairs(MISTAKES) do
		local ok, err = pcall(unpack(mistake, 1, 4))
		sdk.assert(not ok, "nothing is raised")
		if type(err) ~= "table" or err.code ~= "invalid_argument" then
			error(err, 0)
		end
	end
end
