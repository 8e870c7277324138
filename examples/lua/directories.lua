-- A directory to a sandbox, work on it there, and back again, with progress.
--
--     scripts/run lua5.4 examples/lua/directories.lua
local sdk = require "sandbox_sdk"

-- Whether a shell command succeeds; 5.1 and LuaJIT give its status, later ones what it says.
local function shell(command)
	local result = os.execute(command)
	return result == true or result == 0
end

-- A function that shows how far it is; `total` is nil where nobody knows it.
local function progress(name)
	return function(done, total)
		local percent = total and (", %.0f %%"):format(100 * done / math.max(total, 1)) or ""
		io.write(("\r%s: %d bytes%s"):format(name, done, percent))
		io.flush()
	end
end

local folder = os.tmpname()
assert(os.remove(folder))
local project, result = folder .. "/project", folder .. "/result"
assert(shell("mkdir -p " .. project .. "/notes"))
for number = 1, 20 do
	local file = assert(io.open(("%s/notes/%d.txt"):format(project, number), "w"))
	file:write((("note %d\n"):format(number)):rep(1000))
	file:close()
end

local client = sdk.assert(sdk.local_server())
sdk.with(sdk.assert(client.sandboxes:session()), function(session)
	sdk.assert(session:upload(project, "/data/project", { progress = progress "sent" }))
	print()

	local command = "cd /data/project && wc -l notes/*.txt >summary && rm -r notes"
	sdk.assert(session:run(command, { check = true }))

	sdk.assert(session:download("/data/project", result, { progress = progress "fetched" }))
	print()
end)
client:close()

local count, last = 0, ""
for line in io.lines(result .. "/summary") do
	count, last = count + 1, line
end
assert(last:match "20000 total" and not shell("test -e " .. result .. "/notes"), "it is not what was made there")
print(("came back: %d lines"):format(count))
assert(shell("rm -r " .. folder))
