--- The C half of the module is opened in a state that has none.
return function()
	local core = require "sandbox_sdk.core"
	assert(core.operation_find "sandboxes.list" and core.version())
end, "fresh"
