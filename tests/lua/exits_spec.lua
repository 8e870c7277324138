--- Programs that end with things still open.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local sdk = require "sandbox_sdk"

describe("a program that ends", function()
	it("within a task deletes the sandbox of the session that the task has left", function()
		local client = sdk.assert(sdk.local_server())
		local output = lua.output(([[
			local sdk = require "sandbox_sdk"
			local client = sdk.assert(sdk.new { base_url = %q, api_key = %q })
			local loop = sdk.loop()
			loop:spawn(function()
				local session = sdk.assert(client.sandboxes:session())
				io.write(session.id)
				error "it fails"
			end)
			assert(not pcall(loop.run, loop))
		]]):format(client.base_url, client.api_key))
		assert.truthy(output:find "^[%w-]+$", output)
		assert.equal(0, #sdk.assert(client.sandboxes:list()).data)
		client:close()
	end)

	it("with a session open over a transport in Lua ends well", function()
		assert.equal(0, lua.status [[
			local sdk = require "sandbox_sdk"
			local function answer()
				return { json = { id = "s-1", name = "n", status = "running" } }
			end
			local client = sdk.assert(sdk.new { api_key = "k", base_url = "http://x.test", transport = answer })
			sdk.assert(client.sandboxes:session())
		]])
	end)

	it("with a finalizer of its own that makes a call ends well", function()
		assert.equal(0, lua.status [[
			package.path = "tests/lua/?.lua;" .. package.path
			local sdk = require "sandbox_sdk"
			local lua = require "support.lua"
			local client = sdk.assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1", max_retries = 0 })
			assert(not client.sandboxes:list())
			package.loaded.kept = lua.finalize({}, function()
				assert(not client.sandboxes:list())
			end)
		]])
	end)
end)
