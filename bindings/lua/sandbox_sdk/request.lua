--- Requests of the program's own making: the table that a program gives, as the C half takes it.
local await = require "sandbox_sdk.await"
local core = require "sandbox_sdk.core"
local each = require "sandbox_sdk.each"
local misuse = require "sandbox_sdk.misuse"
local resource = require "sandbox_sdk.resource"

local request = {}

---A request of one's own, and the options of its call. At most one of `json`, `data`, `form`, `parts` and `file` is its
---body.
---@class sandbox_sdk.Request: sandbox_sdk.CallOptions
---@field method? string default "GET"
---@field path? string below the base URL, or a whole URL; it may have a query
---@field url? string the same
---@field json? any a body of any JSON value
---@field data? string a body of bytes
---@field form? table a body of names and values: a table of strings, or an array of pairs { name, value }
---@field parts? sandbox_sdk.Part[] a body of texts and files, multipart/form-data
---@field file? sandbox_sdk.Source a body that is read as it is sent
---@field content_type? string of the body
---@field undecoded? boolean the answer stays bytes, neither decoded nor checked; default false
---@field into? sandbox_sdk.Sink where the answer goes; the call returns the number of bytes
---@field raw_response? boolean the call returns the response, with all that is known of it

---A part of a form: a text, or a file.
---@class sandbox_sdk.Part
---@field name string
---@field text? string
---@field file? sandbox_sdk.Source
---@field content_type? string of the text
---@field headers? table<string, string>

local MEMBERS = {
	method = "method",
	path = "url",
	url = "url",
	json = "json",
	data = "data",
	form = "form",
	parts = "parts",
	content_type = "content_type",
	undecoded = "undecoded",
}

local OWN_OPTIONS = { file = true, into = true, raw_response = true }

--- A value of a form as text.
local function text_of(usage, name, value)
	if type(value) == "string" then
		return value
	elseif type(value) == "number" or type(value) == "boolean" then
		return tostring(value)
	end
	misuse.refuse(usage, "form." .. tostring(name), "must be a string, a number or a boolean, not a %s", type(value))
end

local function pairs_of_array(usage, form)
	local list = {}
	for position, pair in ipairs(form) do
		if type(pair) ~= "table" or type(pair[1]) ~= "string" or pair[2] == nil then
			misuse.refuse(usage, ("form[%d]"):format(position), "must be a name and a value in a table")
		end
		list[position] = { pair[1], text_of(usage, pair[1], pair[2]) }
	end
	return list
end

--- The names in order, so that the same form is the same body.
local function pairs_of_names(usage, form)
	local names, list = {}, {}
	for name in each(form) do
		if type(name) ~= "string" then
			misuse.refuse(usage, "form", "mixes names with other keys")
		end
		names[#names + 1] = name
	end
	table.sort(names)
	for _, name in ipairs(names) do
		local value = form[name]
		for _, item in ipairs(type(value) == "table" and value or { value }) do
			list[#list + 1] = { name, text_of(usage, name, item) }
		end
	end
	return list
end

local function read_form(usage, form)
	misuse.check(usage, "form", form, "table")
	return form[1] ~= nil and pairs_of_array(usage, form) or pairs_of_names(usage, form)
end

--- Puts the table of a request apart: what is sent, and the call's options.
---@param usage string what the program called
---@param given sandbox_sdk.Request
---@return table members, table options
function request.sort(usage, given)
	if type(given) ~= "table" then
		misuse.refuse(usage, "request", "must be a table, not a %s", type(given))
	end
	local members, options = {}, {}
	for name, value in each(given) do
		local member = MEMBERS[name]
		if member and members[member] ~= nil then
			misuse.refuse(usage, tostring(name), "is given twice")
		elseif member == "url" and type(value) ~= "string" then
			misuse.refuse(usage, name, "must be a string, not a %s", type(value))
		elseif name == "form" then
			members.form = read_form(usage, value)
		elseif member then
			members[member] = value
		elseif OWN_OPTIONS[name] or resource.OPTIONS[name] then
			options[name] = value
		else
			misuse.refuse(usage, tostring(name), "is not an argument")
		end
	end
	if members.url == nil then
		misuse.refuse(usage, "path", "is missing")
	end
	return members, options
end

--- Names in an error the argument as the program has: the library knows a path as a URL.
---@param given sandbox_sdk.Request
---@param err sandbox_sdk.Error
function request.named(given, err)
	if err.argument == "url" and given.path ~= nil then
		err.argument = "path"
		err.message = err.message:gsub("^url:", "path:")
	end
	return err
end

--- Makes a request and returns what its answer has.
---@param client table
---@param usage string what the program called
---@param given sandbox_sdk.Request
function request.send(client, usage, given)
	local members, options = request.sort(usage, given)
	local answer, detail = await.perform(client, core.client_send, client.native, members, options)
	if answer == nil then
		return misuse.checked(usage, nil, request.named(given, detail))
	elseif options.into ~= nil and not options.raw_response then
		return detail -- how many bytes went there
	end
	return answer, detail
end

--- The table of a verb's request, which names neither method nor path itself.
function request.of_verb(usage, method, path, given)
	misuse.check(usage, "options", given, "table")
	local made = { method = method, path = path }
	for name, value in each(given or {}) do
		if name == "method" or name == "path" or name == "url" then
			misuse.refuse(usage, name, "is given twice")
		end
		made[name] = value
	end
	return made
end

return request
