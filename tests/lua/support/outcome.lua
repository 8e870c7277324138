--- What a call comes to, whether it returns its error or raises it for a mistake in the program.
local outcome = {}

--- The results of a call; nil and the error where it raises one of the module's. The message is as it was before the
--- place in the program and the function were named.
function outcome.of(f, ...)
	local results = { n = 0 }
	local function keep(ok, ...)
		results.n = select("#", ...)
		for index = 1, results.n do
			results[index] = (select(index, ...))
		end
		return ok
	end
	if not keep(pcall(f, ...)) then
		local err = results[1]
		assert(type(err) == "table", err)
		local place, message = err.message:match "^(.-%(%): )(.*)$"
		assert(place, err.message)
		err.message = message
		return nil, err
	end
	return (table.unpack or unpack)(results, 1, results.n)
end

return outcome
