--- Mistakes in a program's text, which raise an error: a wrong type, an unknown name. What is raised is the error that
--- would otherwise have been returned, with the place in the program and the function's name before its message.
local core = require "sandbox_sdk.core"

local misuse = {}

local get_info = debug and debug.getinfo
local own = get_info and get_info(1, "S").source:match "^(.*)misuse%.lua$"

--- Where the program has called the module, such as "main.lua:12: "; "" where that cannot be known.
local function place()
	local level = 3
	while own do
		local info = get_info(level, "Sl")
		if not info then
			break
		elseif info.currentline > 0 and info.source:sub(1, #own) ~= own then
			return ("%s:%d: "):format(info.short_src, info.currentline)
		end
		level = level + 1
	end
	return ""
end

--- Raises an error that a function would return, because it tells of a mistake.
---@param usage string what was called, such as "client.sandboxes:create()"
---@param err sandbox_sdk.Error
function misuse.raise(usage, err)
	err.is_misuse = nil
	err.message = place() .. usage .. ": " .. err.message
	error(err, 0)
end

--- Raises an error about an argument.
---@param usage string
---@param argument string
---@param format string
function misuse.refuse(usage, argument, format, ...)
	local _, err = core.refuse(argument, format:format(...))
	return misuse.raise(usage, err)
end

--- Checks the type of an argument that need not be given.
---@param usage string
---@param argument string
---@param value any
---@param wanted string a type's name
function misuse.check(usage, argument, value, wanted)
	if value ~= nil and type(value) ~= wanted then
		misuse.refuse(usage, argument, "must be a %s, not a %s", wanted, type(value))
	end
end

--- What a function gives, unless it is an error that tells of a mistake.
---@param usage string
function misuse.checked(usage, value, detail)
	if value == nil and detail and detail.is_misuse then
		misuse.raise(usage, detail)
	end
	return value, detail
end

return misuse
