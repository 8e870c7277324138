--- UTF-8 for Luas that do not have it.
local utf8 = {}

--- The byte that continues a character and holds the six bits of a code point that begin so many values up.
local function continuation(point, unit)
	return 0x80 + math.floor(point / unit) % 0x40
end

--- The bytes of a code point.
function utf8.char(point)
	local last = continuation(point, 1)
	if point < 0x80 then
		return string.char(point)
	elseif point < 0x800 then
		return string.char(0xC0 + math.floor(point / 0x40), last)
	elseif point < 0x10000 then
		return string.char(0xE0 + math.floor(point / 0x1000), continuation(point, 0x40), last)
	end
	local second, third = continuation(point, 0x1000), continuation(point, 0x40)
	return string.char(0xF0 + math.floor(point / 0x40000), second, third, last)
end

--- Each form of a character: what its first byte may be, and the second; all others are continuations.
local FORMS = {
	"^[\1-\127%z]",
	"^[\194-\223][\128-\191]",
	"^\224[\160-\191][\128-\191]",
	"^[\225-\236\238-\239][\128-\191][\128-\191]",
	"^\237[\128-\159][\128-\191]",
	"^\240[\144-\191][\128-\191][\128-\191]",
	"^[\241-\243][\128-\191][\128-\191][\128-\191]",
	"^\244[\128-\143][\128-\191][\128-\191]",
}

local function skip(text, at)
	for _, form in ipairs(FORMS) do
		local _, last = text:find(form, at)
		if last then
			return last + 1
		end
	end
end

--- Whether a text is UTF-8.
function utf8.is_valid(text)
	local at = text:find "[\128-\255]"
	while at and at <= #text do
		at = skip(text, at)
		if not at then
			return false
		end
	end
	return true
end

return utf8
