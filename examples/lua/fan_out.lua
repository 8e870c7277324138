-- Fifty sandboxes at a time, by coroutines of one thread.
--
--     scripts/run lua5.4 examples/lua/fan_out.lua
local sdk = require "sandbox_sdk"

local COUNT = 50

-- A number squared, in a sandbox that is there for nothing else.
local function square(client, number)
	local session = sdk.assert(client.sandboxes:session { name_prefix = ("square-%d-"):format(number) })
	return sdk.with(session, function()
		local run = sdk.assert(session:run(("echo $((%d * %d))"):format(number, number), { check = true }))
		return tonumber(run.stdout)
	end)
end

-- The server is waited for before there is a loop that would wait with it.
local client = sdk.assert(sdk.local_server())
local loop = sdk.loop()
local squares = {}

for number = 1, COUNT do
	loop:spawn(function()
		squares[number] = square(client, number)
	end)
end
local began = os.time()
loop:run()

for number = 1, COUNT do
	assert(squares[number] == number * number, "the squares are wrong")
end
for sandbox in client.sandboxes:each() do
	error("left behind: " .. sandbox.name)
end
print(("%d sandboxes in %d s"):format(COUNT, os.time() - began))
client:close()
