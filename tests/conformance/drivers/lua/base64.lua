--- Bytes as text, for the driver's lines.
local base64 = {}

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local digits, values = {}, {}
for index = 0, 63 do
	digits[index] = DIGITS:sub(index + 1, index + 1)
	values[digits[index]] = index
end

--- The digit of a group of 24 bits that begins so many values up, such as 64.
local function digit(group, unit)
	return digits[math.floor(group / unit) % 64]
end

function base64.encode(bytes)
	local parts = {}
	for start = 1, #bytes, 3 do
		local first, second, third = bytes:byte(start, start + 2)
		local group = first * 65536 + (second or 0) * 256 + (third or 0)
		parts[#parts + 1] = digit(group, 262144)
			.. digit(group, 4096)
			.. (second and digit(group, 64) or "=")
			.. (third and digit(group, 1) or "=")
	end
	return table.concat(parts)
end

function base64.decode(text)
	local parts = {}
	for quartet in text:gmatch "...." do
		local group, count = 0, 3
		for character in quartet:gmatch "." do
			group = group * 64 + (values[character] or 0)
			count = character == "=" and count - 1 or count
		end
		local bytes = string.char(math.floor(group / 65536), math.floor(group / 256) % 256, group % 256)
		parts[#parts + 1] = bytes:sub(1, count)
	end
	return table.concat(parts)
end

return base64
