--- A module that is loaded when something of it is asked for: a program that does not use it does not wait for it.
---@param name string
---@return table
return function(name)
	return setmetatable({}, {
		__index = function(_, key)
			return require(name)[key]
		end,
	})
end
