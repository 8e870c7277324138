--- The module itself: what it gives, and that it leaves everything else alone.
package.path = "tests/lua/?.lua;" .. package.path
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

--- What a program of its own prints.
local function output(program)
	local name = recorder.temporary "program.lua"
	recorder.write_file(name, program)
	local pipe <close> = assert(io.popen("lua5.4 " .. name .. " 2>&1"))
	return pipe:read "a"
end

it("sets nothing in the global table", function()
	assert.equal("", output [[
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
	local file <close> = assert(io.open "VERSION")
	assert.equal(file:read "l", sdk.version)
end)

it("crashes on no value that its C half is given", function()
	local core = require "sandbox_sdk.core"
	local client = recorder.case("{}"):client().native
	local values = { true, 1, "x", {}, print, coroutine.create(print), io.stdout, sdk.null, client }
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
	for _, resource in ipairs { "sandboxes", "volumes" } do
		for name, f in pairs(getmetatable(client[resource])) do
			if type(f) == "function" then
				assert.is_not_nil(require("sandbox_sdk.core").operation_find(resource .. "." .. name), name)
			end
		end
	end
	assert.is_nil(require("sandbox_sdk.core").operation_find "no.such")
end)
