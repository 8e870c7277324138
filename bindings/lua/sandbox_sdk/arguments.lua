--- What a function was given in one table: options of each call, and what is the function's own.
local each = require "sandbox_sdk.each"
local misuse = require "sandbox_sdk.misuse"
local resource = require "sandbox_sdk.resource"

local arguments = {
	--- The options of a command whose output is a stream.
	STREAM = { env = true, api_timeout = true, working_dir = true },
	--- The options of a command in many sandboxes at a time.
	RUN_MANY = { env = true, api_timeout = true, working_dir = true, check = true, concurrency = true },
}

--- Takes a table apart: the names that are in the set `own`, and those that every call takes. Any other is refused, or,
--- where there is a table `others`, put into that.
---@return table? own
---@return table? options
function arguments.sort(usage, given, own, others)
	misuse.check(usage, "options", given, "table")
	local found, options
	for name, value in each(given or {}) do
		if own[name] then
			found = found or {}
			found[name] = value
		elseif resource.OPTIONS[name] then
			options = options or {}
			options[name] = value
		elseif others then
			others[name] = value
		else
			misuse.refuse(usage, tostring(name), "is not an option")
		end
	end
	return found, options
end

local RUN = { env = true, api_timeout = true, working_dir = true, check = true }

--- A command, given as text with a table of options, or as the first element, or `command`, of one table with them.
---@param own table? the set of options where they are others than those of a command in one sandbox
---@return string command of another type where something else was given
---@return table? how
---@return table? options
function arguments.command(usage, given, options, own)
	if type(given) ~= "table" then
		return given, arguments.sort(usage, options, own or RUN)
	elseif options ~= nil then
		misuse.refuse(usage, "options", "is given twice: the command is in a table of them")
	elseif given.command ~= nil and given[1] ~= nil then
		misuse.refuse(usage, "command", "is given twice")
	end
	local rest = {}
	for name, value in each(given) do
		if name ~= "command" and name ~= 1 then
			rest[name] = value
		end
	end
	return given.command or given[1], arguments.sort(usage, rest, own or RUN)
end

return arguments
