-- A command that runs in a sandbox while the editor goes on: in Neovim, or in any program with luv's loop.
--
--     nvim --headless -c "luafile examples/lua/neovim.lua" -c q
--     scripts/run lua5.4 examples/lua/neovim.lua
local sdk = require "sandbox_sdk"
local vim = rawget(_G, "vim")
local uv = vim and (vim.uv or vim.loop) or require "luv"

-- Lines to the user: in Neovim a plugin would write them into a buffer, by vim.api.nvim_buf_set_lines().
local function show(text)
	io.write(text)
	io.flush()
end

-- Runs a command, line by line, and calls `on_done` at its end. Nothing here blocks: what waits is the coroutine.
local function run(client, command, on_done)
	coroutine.wrap(function()
		local session = sdk.assert(client.sandboxes:session())
		local stream = sdk.assert(session:stream(command))
		for event in stream:events() do
			if event.kind == "stdout" then
				show(event.data)
			end
		end
		local result = sdk.assert(stream:result())
		sdk.assert(session:close())
		on_done(result)
	end)()
end

local client = sdk.assert(sdk.local_server { loop = require "sandbox_sdk.loops.luv" })

-- The editor, which has other things to do meanwhile.
local ticks = 0
local ticker = uv.new_timer()
ticker:start(0, 10, function()
	ticks = ticks + 1
end)

local is_done = false
run(client, "for step in 1 2 3; do echo step $step; sleep 0.1; done", function(result)
	show(("exit code %d\n"):format(result.exit_code))
	show("ticked meanwhile: " .. (ticks > 5 and "yes" or "no") .. "\n")
	ticker:close()
	client:close()
	is_done = true
end)

if vim then
	vim.wait(60000, function()
		return is_done
	end)
else
	uv.run()
end
