--- All pages of a list, item by item.
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local misuse = require "sandbox_sdk.misuse"

---All pages of a list, made by `client.sandboxes:pages()`. An item that is there from the beginning to the end comes,
---and none comes twice, also when others are created and deleted meanwhile.
---@class sandbox_sdk.Pages<T>
---@field next fun(self: sandbox_sdk.Pages<T>): T?, sandbox_sdk.Error
---@field each fun(self: sandbox_sdk.Pages<T>): fun(): T?
local Pages = { __name = "sandbox_sdk.Pages" }
Pages.__index = Pages

local pages = {}

--- Begins to go through the pages of an operation. Nothing is sent.
---@param client table
---@param usage string what the program called
---@param operation userdata
---@param arguments table
---@param options table?
function pages.new(client, usage, operation, arguments, options)
	local native, err = misuse.checked(usage, core.pages_new(client.native, operation, arguments, options))
	if not native then
		return nil, err
	end
	return setmetatable({ native = native, client = client, usage = usage }, Pages)
end

local function check_receiver(self, usage)
	if getmetatable(self) ~= Pages then
		misuse.refuse(usage, "self", "it is called with a colon")
	end
end

--- Whether pages are fetched by the loop from the first on, as is decided where that is asked for.
local function begin(self)
	if self.is_started == nil then
		self.is_started = await.current(self.client.loop) ~= nil
		return self.is_started
	end
end

local function fetch(self)
	local call, err = core.pages_fetch(self.native)
	if not call then
		return nil, err
	end
	return await.ask(self.client, core.call_ask, call)
end

--- The next item; false where its page is to be fetched first.
local function take(self)
	if begin(self) then
		return false
	end
	return core.pages_next(self.native)
end

---The next item, nil after the last one. After an error it can be asked for again, from where it was.
function Pages:next()
	check_receiver(self, "pages:next()")
	local item, err = take(self)
	while item == false do
		local fetched
		fetched, err = fetch(self)
		if not fetched then
			return misuse.checked(self.usage, nil, err)
		end
		item, err = core.pages_next(self.native)
	end
	return misuse.checked(self.usage, item, err)
end

---The items one after the other: `for item in pages:each() do`. An error is raised.
function Pages:each()
	check_receiver(self, "pages:each()")
	return function()
		local item, err = self:next()
		if err then
			error(err, 0)
		end
		return item
	end
end

return pages
