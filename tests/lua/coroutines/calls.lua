--- Usage: calls.lua LOOP URL CALLS CLIENTS: rounds of so many calls, each in a coroutine of its own, all at once under
--- one of the loops, by clients that have 100 connections each. Prints after each round how long it took, how many have
--- succeeded and what Lua and the process then have, `round SECONDS SUCCEEDED KIB RESIDENT_KIB`, and at last
--- `descriptors BEFORE AFTER`. Without that loop in this Lua it prints `missing`.
local folder = arg[0]:match "^(.*)/"
package.path = folder .. "/../?.lua;" .. package.path
-- The distribution has copas for 5.1 and 5.2; later ones run the same file.
if not package.path:find("/usr/share/lua/5.1/", 1, true) then
	package.path = package.path .. ";/usr/share/lua/5.1/?.lua"
end

local core = require "sandbox_sdk.core"
local process = require "support.process"
local sdk = require "sandbox_sdk"

local ROUNDS = 3
local name, url, calls, client_count = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

--- For each loop what begins a coroutine, and what runs until so many have come to their ends.
local LOOPS = {
	plain = function()
		local loop = sdk.loop()
		return function(f)
			loop:spawn(f)
		end, function()
			loop:run()
		end
	end,
	luv = function()
		local uv = require "luv"
		return function(f)
			coroutine.wrap(f)()
		end, function()
			uv.run()
		end
	end,
	cqueues = function()
		local controller = require("cqueues").new()
		return function(f)
			controller:wrap(f)
		end, function()
			assert(controller:loop())
		end
	end,
	copas = function()
		local copas = require "copas"
		return function(f)
			copas.addthread(f)
		end, function(is_over)
			while not is_over() do
				copas.step()
			end
		end
	end,
}

--- Frees all that is garbage. LuaJIT's compiled code holds what it has seen.
local function collect()
	local jit = rawget(_G, "jit")
	if jit then
		jit.flush()
	end
	collectgarbage()
	collectgarbage()
end

local function round(clients, make_loop)
	local began = core.now()
	local spawn, run = make_loop()
	local ended, succeeded = 0, 0
	for number = 1, calls do
		spawn(function()
			local client = clients[number % client_count + 1]
			local answer, err = client.sandboxes:execute("id", { command = "true" })
			ended = ended + 1
			if answer and answer.exit_code == 0 then
				succeeded = succeeded + 1
			elseif ended - succeeded == 1 then
				print("failed", err)
			end
		end)
	end
	run(function()
		return ended == calls
	end)
	local seconds = core.now() - began
	collect()
	print(("round %.2f %d %d %d"):format(seconds, succeeded, math.floor(collectgarbage "count"), process.memory()))
end

local function rounds(make_loop)
	local clients = {}
	for number = 1, client_count do
		clients[number] = assert(sdk.new { base_url = url, api_key = "key" })
	end
	for _ = 1, ROUNDS do
		round(clients, make_loop)
	end
	for _, client in ipairs(clients) do
		client:close()
	end
end

if not (name == "plain" or pcall(require, name)) then
	print "missing"
	return
end
if name ~= "plain" then
	sdk.use(require("sandbox_sdk.loops." .. name))
end
-- What a loop opens once, and keeps as long as the process lives, is not counted.
local spawn, run = LOOPS[name]()
local is_over = false
spawn(function()
	is_over = sdk.sleep(0)
end)
run(function()
	return is_over
end)
spawn, run = nil, nil -- luacheck: ignore
collect()
local before = process.descriptors()
rounds(LOOPS[name])
collect()
print(("descriptors %d %d"):format(before, process.descriptors()))
