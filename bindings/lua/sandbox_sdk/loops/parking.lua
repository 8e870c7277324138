--- Coroutines that wait to be resumed by nobody but us: for loops whose programs also yield for reasons of their own.
local Parking = {}
Parking.__index = Parking

--- Makes a place where coroutines wait.
function Parking.new()
	return setmetatable({ parked = setmetatable({}, { __mode = "k" }) }, Parking)
end

--- Lets the running coroutine wait by a function that yields.
function Parking:wait(thread, yield, ...)
	self.parked[thread] = true
	yield(...)
	self.parked[thread] = nil
end

--- Whether a coroutine waits here; it does not any more afterwards.
function Parking:leave(thread)
	local is_parked = self.parked[thread] and coroutine.status(thread) == "suspended"
	self.parked[thread] = nil
	return is_parked
end

return Parking
