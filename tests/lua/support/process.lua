--- What the system says of this process.
local lfs = require "lfs"

local process = {}

--- How many descriptors are open, those of what is garbage not counted.
function process.descriptors()
	-- What LuaJIT has compiled keeps what it has seen there.
	if rawget(_G, "jit") then
		rawget(_G, "jit").flush()
	end
	collectgarbage()
	collectgarbage()
	local count = 0
	for _ in lfs.dir "/proc/self/fd" do
		count = count + 1
	end
	return count
end

--- Resident memory in KiB.
function process.memory()
	local file = assert(io.open("/proc/self/status", "r"))
	local size = file:read("*a"):match "VmRSS:%s*(%d+)"
	file:close()
	return tonumber(size)
end

return process
