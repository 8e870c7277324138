--- Loaded before the specs (busted --helper): the collector never rests, or is the one that LUA_COLLECTOR names.
local lua = require "support.lua"

local mode = os.getenv "LUA_COLLECTOR"
if mode then
	assert(lua.try_collector(mode), "this Lua has no such collector")
else
	lua.set_collector(0, 1000)
end
