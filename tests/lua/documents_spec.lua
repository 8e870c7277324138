--- The code in the documentation runs.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local found = {}

--- Whether a program finds a module: it has not what other specs have added to this one's path.
local function has_module(name)
	if found[name] == nil then
		found[name] = lua.output(("require %q"):format(name)) == ""
	end
	return found[name]
end

--- What a block needs and this Lua does not have: variables that are closed, or a module; nil where it has all.
local function missing(block)
	if block:find("<close>", 1, true) and not lua.has_close then
		return "<close>"
	end
	for name in block:gmatch 'require "([%w_.]+)"' do
		if not has_module(name) then
			return name
		end
	end
end

--- The Lua blocks of a page as one program, each line of which has the number that it has on the page, how many blocks
--- there are, and what those need that are left out.
local function program_of(page)
	local lines, first, count, needs = {}, nil, 0, {}
	for line in io.lines(page) do
		lines[#lines + 1] = ""
		if line == "```lua" then
			first = #lines + 1
		elseif line == "```" and first then
			count = count + 1
			local need = missing(table.concat(lines, "\n", first))
			if need then
				needs[#needs + 1] = need
				for number = first, #lines do
					lines[number] = ""
				end
			end
			first = nil
		elseif first then
			lines[#lines] = line
		end
	end
	return table.concat(lines, "\n"), count, needs
end

--- What blocks may be left out for want of, in the Luas of which the distribution has nearly all modules.
local MAY_BE_MISSING = { ["lua5.4"] = { copas = true }, luajit = { ["<close>"] = true } }

--- What a program prints, and its exit status, with a server of its own; `client` is the server's.
local function run(client, program)
	local environment = ("SANDBOX_SDK_API_KEY=%s SANDBOX_SDK_BASE_URL=%s"):format(client.api_key, client.base_url)
	local output = lua.output(program .. '\nio.stdout:write "the end"', environment)
	return output:match "the end$" ~= nil, output
end

describe("documentation", function()
	for page, least in pairs { ["docs/lua-guide.md"] = 35, ["docs/lua.md"] = 1, ["README.md"] = 1 } do
		it("has code that runs: " .. page, function()
			local program, count, needs = program_of(page)
			assert.is_true(count >= least, count .. " blocks")
			local allowed = MAY_BE_MISSING[lua.command]
			for _, need in ipairs(needs) do
				assert.is_true(allowed == nil or allowed[need], need)
			end
			local client = assert(sdk.local_server())
			finally(function()
				client:close()
			end)
			local is_whole, output = run(client, program)
			assert.is_true(is_whole, output)
			assert.equal(0, #assert(client.sandboxes:list()).data)
		end)
	end

	it("counts a program that fails", function()
		recorder.start()
		local is_whole, output = run({ api_key = "k", base_url = "http://127.0.0.1:9" }, 'print "one"\nerror "two"')
		assert.is_false(is_whole)
		assert.truthy(output:find("program.lua:2: two", 1, true))
	end)
end)
