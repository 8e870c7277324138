--- Cases on the recording server: what it answers, and the requests that it got.
local sdk = require "sandbox_sdk"

local recorder = {}

local directory, port, process
local cases = 0

local function read_file(name)
	local file = io.open(name, "rb")
	if not file then
		return nil
	end
	local content = file:read "*a"
	file:close()
	return content
end
recorder.read_file = read_file

function recorder.write_file(name, content)
	local file = assert(io.open(name, "wb"))
	file:write(content)
	file:close()
end

--- A new name for a file of this process, in a folder that is removed at its end.
function recorder.temporary(name)
	recorder.start()
	return directory .. "/" .. name
end

--- Starts the server, once for all tests; it ends when this process does.
function recorder.start()
	if process then
		return
	end
	directory = os.tmpname()
	os.remove(directory)
	assert(os.execute("mkdir " .. directory))
	-- A sanitizer is for the module, not for the server.
	local command = "env -u LD_PRELOAD python3 tests/lua/support/recorder.py %s; rm -rf %s"
	process = assert(io.popen(command:format(directory, directory), "w"))
	for _ = 1, 500 do
		port = read_file(directory .. "/port")
		if port then
			return
		end
		os.execute "sleep 0.02"
	end
	error "the recording server did not start"
end

--- An answer as bytes.
function recorder.answer(status, body, headers)
	local lines = { ("HTTP/1.1 %d Reason"):format(status), "Content-Length: " .. #body }
	for name, value in pairs(headers or { ["Content-Type"] = "application/json" }) do
		lines[#lines + 1] = name .. ": " .. value
	end
	return table.concat(lines, "\r\n") .. "\r\n\r\n" .. body
end

local Case = {}
Case.__index = Case

--- A case whose requests are answered one after the other; the last answer is given again and again. A string without a
--- status line is the body of a 200.
function recorder.case(...)
	recorder.start()
	cases = cases + 1
	local case = setmetatable({ folder = ("%s/case%d"):format(directory, cases) }, Case)
	case.base_url = ("http://127.0.0.1:%s/case%d"):format(port, cases)
	assert(os.execute("mkdir " .. case.folder))
	for number, answer in ipairs { ... } do
		if not answer:find "^HTTP/" and not answer:find "^@" and answer ~= "" then
			answer = recorder.answer(200, answer)
		end
		recorder.write_file(("%s/answer-%d"):format(case.folder, number), answer)
	end
	return case
end

--- A client for the case.
function Case:client(options)
	local all = { api_key = "test-key", base_url = self.base_url, max_retries = 0 }
	for name, value in pairs(options or {}) do
		all[name] = value
	end
	return assert(sdk.new(all))
end

--- The n-th request, the first if no number is given: method, path, headers by their names in small letters, body.
function Case:request(number)
	local raw = read_file(("%s/request-%d"):format(self.folder, number or 1))
	if not raw then
		return nil
	end
	local head, body = raw:match "^(.-\r\n)\r\n(.*)$"
	local request = { raw = raw, body = body, headers = {} }
	request.method, request.path = head:match "^(%S+) /case%d+(%S*) HTTP/1.1\r\n"
	for name, value in head:gmatch "\r\n([^:\r\n]+):%s*([^\r\n]*)" do
		request.headers[name:lower()] = value
	end
	return request
end

return recorder
