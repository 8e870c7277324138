-- A long command, whose output is shown while it is written.
--
--     scripts/run lua5.4 examples/lua/stream_build.lua
local sdk = require "sandbox_sdk"

local BUILD = [[
for file in main parse print; do
	echo "compiling $file.c"
	sleep 0.2
done
echo "main.c:7: warning: unused variable" >&2
echo done
]]

local function show(file, text)
	file:write(text)
	file:flush()
end

local client = sdk.assert(sdk.local_server())
local session = sdk.assert(client.sandboxes:session())

sdk.with(session, function()
	local stream = sdk.assert(session:stream(BUILD))
	for event in stream:events() do
		if event.kind == "stdout" then
			show(io.stdout, event.data)
		elseif event.kind == "stderr" then
			show(io.stderr, event.data)
		end
	end
	local result = sdk.assert(stream:result())
	assert(select(2, result.stdout:gsub("compiling", "")) == 3, "the result is not what was shown")
	assert(result.stderr:find "warning", "the result is not what was shown")
	print("exit code " .. result.exit_code)
end)
client:close()
