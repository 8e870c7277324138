--- What the Lua programs share with each other, and with measure.h: constants, clocks, report.
local core = require "sandbox_sdk.core"

local measure = {
	KEY = "bench-key",
	IDEMPOTENCY_KEY = "bench-idempotency-key",
	SANDBOX = "sandbox-1",
	COMMAND = "echo hello | tr a-z A-Z",
}

--- What the kernel says of this process's memory, such as "VmRSS" or "VmHWM", in KiB.
function measure.memory(name)
	local file = assert(io.open("/proc/self/status", "r"))
	local text = file:read(8192)
	file:close()
	return tonumber(text:match(name .. ":%s*(%d+)"))
end

--- Starts the clocks: that of the processor, of which clock() tells, and that of the wall.
function measure.start()
	return { wall = core.now(), cpu = os.clock() }
end

--- Prints what has been done since, as one line of JSON. More fields may be given as text.
function measure.report(clocks, calls, more)
	local cpu = os.clock() - clocks.cpu
	local wall = core.now() - clocks.wall
	print(('{"calls": %d, "cpu_ns": %.0f, "wall_ns": %.0f, "rss_kib": %d%s}'):format(
		calls,
		cpu * 1e9,
		wall * 1e9,
		measure.memory "VmRSS",
		more or ""
	))
end

return measure
