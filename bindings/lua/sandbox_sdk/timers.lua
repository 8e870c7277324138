--- Times to come, the earliest first: a binary heap.
local Timers = {}
Timers.__index = Timers

function Timers.new()
	return setmetatable({ count = 0 }, Timers)
end

local function place(self, index, entry)
	self[index] = entry
	entry.index = index
end

local function rise(self, entry)
	local index = entry.index
	while index > 1 do
		local parent = math.floor(index / 2)
		if self[parent].at <= entry.at then
			break
		end
		place(self, index, self[parent])
		index = parent
	end
	place(self, index, entry)
end

local function sink(self, entry)
	local index = entry.index
	while true do
		local child = 2 * index
		if child > self.count then
			break
		elseif child < self.count and self[child + 1].at < self[child].at then
			child = child + 1
		end
		if self[child].at >= entry.at then
			break
		end
		place(self, index, self[child])
		index = child
	end
	place(self, index, entry)
end

--- Adds an entry, a table with a time `at`.
function Timers:add(entry)
	-- Memory may end here, and nowhere after that.
	entry.index = self.count + 1
	self[entry.index] = entry
	self.count = entry.index
	rise(self, entry)
end

--- Takes an entry out; one that is not in it, or not any more, stays out.
function Timers:remove(entry)
	local index = entry.index
	if not index or self[index] ~= entry then
		return
	end
	local last = self[self.count]
	self[self.count] = nil
	self.count = self.count - 1
	entry.index = nil
	if last ~= entry then
		place(self, index, last)
		rise(self, last)
		sink(self, last)
	end
end

--- The earliest entry; nil where there is none.
function Timers:first()
	return self[1]
end

return Timers
