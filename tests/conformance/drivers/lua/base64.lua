--- Bytes as text, for the driver's lines.
local base64 = {}

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function digit(value)
	return DIGITS:sub(value + 1, value + 1)
end

function base64.encode(bytes)
	local parts = {}
	for start = 1, #bytes, 3 do
		local first, second, third = bytes:byte(start, start + 2)
		local group = first << 16 | (second or 0) << 8 | (third or 0)
		parts[#parts + 1] = digit(group >> 18 & 63)
			.. digit(group >> 12 & 63)
			.. (second and digit(group >> 6 & 63) or "=")
			.. (third and digit(group & 63) or "=")
	end
	return table.concat(parts)
end

function base64.decode(text)
	local values = {}
	for index = 1, #DIGITS do
		values[DIGITS:sub(index, index)] = index - 1
	end
	local parts, group, bits = {}, 0, 0
	for character in text:gmatch "[^=]" do
		group, bits = group << 6 | values[character], bits + 6
		if bits >= 8 then
			bits = bits - 8
			parts[#parts + 1] = string.char(group >> bits & 255)
		end
	end
	return table.concat(parts)
end

return base64
