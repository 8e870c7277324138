--- All members of a table, for a loop: what `next, t` is, under another name. The LuaJIT of early 2022, which
--- distributions have, leaves members out now and then where a loop that it compiles says `pairs` or `next` itself
--- (https://github.com/LuaJIT/LuaJIT/issues/827). A call would lose its arguments by that.
local following = next

---@generic K, V
---@param t table<K, V>
---@return fun(t: table<K, V>, name?: K): K?, V?
---@return table<K, V> t
local function each(t)
	return following, t
end

return each
