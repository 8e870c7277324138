--- The two forms of what makes calls: it waits, or, in a coroutine that a loop runs, lets others go on.
local sdk = require "sandbox_sdk"

local forms = {}

forms["that waits"] = function(f)
	return f
end

forms["in a coroutine"] = function(f)
	return function()
		local loop = sdk.loop()
		local is_done = false
		loop:spawn(function()
			f()
			is_done = true
		end)
		loop:run()
		assert(is_done)
	end
end

return forms
