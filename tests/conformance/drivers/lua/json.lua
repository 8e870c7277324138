--- JSON for the driver's lines, in the module's own terms: sdk.null, sdk.array.
local each = require "sandbox_sdk.each"
local sdk = require "sandbox_sdk"
local utf8 = require "utf8_text"

local json = {}

local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local read_value

local function skip(text, at)
	return text:find("[^ \t\r\n]", at) or #text + 1
end

--- The code point of a \u escape, of two where it is half of a pair, and where it ends.
local function read_unicode(text, at)
	local high = tonumber(text:sub(at, at + 3), 16)
	local low = text:match("^\\u(%x%x%x%x)", at + 4)
	if high >= 0xD800 and high < 0xDC00 and low then
		return 0x10000 + (high - 0xD800) * 0x400 + (tonumber(low, 16) - 0xDC00), at + 10
	end
	return high, at + 4
end

local function read_string(text, at)
	local parts = {}
	while true do
		local stop = text:find('["\\]', at)
		parts[#parts + 1] = text:sub(at, stop - 1)
		if text:sub(stop, stop) == '"' then
			return table.concat(parts), stop + 1
		end
		local escape = text:sub(stop + 1, stop + 1)
		if escape == "u" then
			local point
			point, at = read_unicode(text, stop + 2)
			parts[#parts + 1] = utf8.char(point)
		else
			parts[#parts + 1] = ESCAPES[escape]
			at = stop + 2
		end
	end
end

local function read_array(text, at)
	local array = sdk.array()
	at = skip(text, at)
	while text:sub(at, at) ~= "]" do
		array[#array + 1], at = read_value(text, at)
		at = skip(text, at)
		if text:sub(at, at) == "," then
			at = skip(text, at + 1)
		end
	end
	return array, at + 1
end

local function read_object(text, at)
	local object = {}
	at = skip(text, at)
	while text:sub(at, at) ~= "}" do
		local name
		name, at = read_string(text, at + 1)
		at = skip(text, skip(text, at) + 1)
		object[name], at = read_value(text, at)
		at = skip(text, at)
		if text:sub(at, at) == "," then
			at = skip(text, at + 1)
		end
	end
	return object, at + 1
end

local WORDS = { t = { true, 4 }, f = { false, 5 }, n = { sdk.null, 4 } }

function read_value(text, at)
	local first = text:sub(at, at)
	if first == "{" then
		return read_object(text, at + 1)
	elseif first == "[" then
		return read_array(text, at + 1)
	elseif first == '"' then
		return read_string(text, at + 1)
	elseif WORDS[first] then
		return WORDS[first][1], at + WORDS[first][2]
	end
	local number = text:match("^[-+.%deE]+", at)
	return tonumber(number), at + #number
end

--- Decodes a line that the runner wrote, which is well-formed.
function json.decode(text)
	return (read_value(text, skip(text, 1)))
end

local function write_string(text)
	if not utf8.is_valid(text) then
		return '"(not UTF-8)"'
	end
	return '"' .. text:gsub('[%c"\\\127]', function(byte)
		return ("\\u%04x"):format(byte:byte())
	end) .. '"'
end

local function is_array(value)
	local metatable = getmetatable(value)
	return metatable and metatable.__name == "sandbox_sdk.array"
end

local function write_table(value)
	local parts = {}
	if is_array(value) then
		for index, element in ipairs(value) do
			parts[index] = json.encode(element)
		end
		return "[" .. table.concat(parts, ",") .. "]"
	end
	for name, member in each(value) do
		parts[#parts + 1] = write_string(name) .. ":" .. json.encode(member)
	end
	return "{" .. table.concat(parts, ",") .. "}"
end

--- Where all numbers are doubles, an integer is one that is integral and exact.
local function is_integer(number)
	if math.type then
		return math.type(number) == "integer"
	end
	return number == math.floor(number) and math.abs(number) <= 2 ^ 53
end

--- Encodes a value; a model, or a part of one, prints as JSON by itself.
function json.encode(value)
	local kind = type(value)
	if value == nil or value == sdk.null then
		return "null"
	elseif kind == "table" then
		return write_table(value)
	elseif kind == "string" then
		return write_string(value)
	elseif kind == "number" then
		return (is_integer(value) and "%d" or "%.17g"):format(value)
	end
	return tostring(value)
end

return json
