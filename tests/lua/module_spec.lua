--- The module itself: what it gives, and that it leaves everything else alone.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

it("sets nothing in the global table", function()
	assert.equal("", lua.output [[
		local before = {}
		for name in pairs(_G) do before[name] = true end
		require "sandbox_sdk"
		for name in pairs(_G) do if not before[name] then print(name) end end
	]])
end)

it("gives a few names, and nothing that frees", function()
	local names = {}
	for name in pairs(sdk) do
		names[#names + 1] = name
	end
	table.sort(names)
	assert.same({
		"array",
		"assert",
		"cancel",
		"local_server",
		"loop",
		"new",
		"null",
		"object",
		"sleep",
		"use",
		"version",
		"with",
	}, names)
	for name in pairs(getmetatable(require "sandbox_sdk.core")[".fn"]) do
		assert.is_nil(name:find "free")
	end
end)

it("has the library's version", function()
	local file = assert(io.open "VERSION")
	finally(function()
		file:close()
	end)
	assert.equal(file:read "*l", sdk.version)
end)

it("crashes on no value that its C half is given", function()
	local core = require "sandbox_sdk.core"
	local client = recorder.case("{}"):client().native
	local values = { true, 1, "x", {}, print, coroutine.create(function() end), io.stdout, sdk.null, client }
	for name, f in pairs(getmetatable(core)[".fn"]) do
		if name ~= "client_new_local" then
			pcall(f)
			for _, one in ipairs(values) do
				pcall(f, one)
				for _, two in ipairs(values) do
					pcall(f, one, two)
					pcall(f, client, two, one)
					pcall(f, client, core.operation_find "sandboxes.list", one, two)
				end
			end
		end
	end
end)

it("knows every operation of the library under its own name", function()
	local client = recorder.case("{}"):client()
	local comfort = { adopt = true, each = true, pages = true, run_many = true, session = true }
	for _, resource in ipairs { "sandboxes", "volumes" } do
		for name, f in pairs(getmetatable(client[resource])) do
			if type(f) == "function" and not comfort[name] then
				assert.is_not_nil(require("sandbox_sdk.core").operation_find(resource .. "." .. name), name)
			end
		end
	end
	assert.is_nil(require("sandbox_sdk.core").operation_find "no.such")
end)

-- LuaJIT looks where 5.1 does, so what is installed there has to be good in both.
if lua.command == "lua5.1" then
	it("of 5.1 is good in LuaJIT too", function()
		local case = recorder.case '{"name":"there"}'
		local name = recorder.temporary "program.lua"
		recorder.write_file(name, ([[
			assert(package.searchpath("sandbox_sdk.core", package.cpath):find "/5%%.1/")
			local sdk = require "sandbox_sdk"
			local client = assert(sdk.new { api_key = "k", base_url = %q })
			print(assert(client.sandboxes:create { env_vars = { A = "b" } }).name)
		]]):format(case.base_url))
		assert.equal("there\n", lua.shell(("luajit %s 2>&1"):format(name)))
		assert.equal("LuaJIT", case:request().headers["x-stainless-runtime"])
	end)
end
