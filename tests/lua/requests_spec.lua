--- Requests of the program's own making, raw responses, and what errors tell of theirs.
package.path = "tests/lua/?.lua;" .. package.path
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

--- Runs a function where calls block, and in a task of a loop.
local function both(name, f)
	it(name .. ", blocking", f)
	it(name .. ", in a loop", function()
		local loop = sdk.loop()
		loop:spawn(f)
		loop:run()
	end)
end

local function text(body, headers)
	headers = headers or {}
	headers["Content-Type"] = headers["Content-Type"] or "text/plain"
	return recorder.answer(200, body, headers)
end

describe("a request of one's own", function()
	both("gives a model, or bytes and their number", function()
		local case = recorder.case('{"a":{"b":1}}', text "bytes")
		local client = case:client()
		local answer = assert(client:request { path = "/v1/things" })
		assert.equal(1, answer.a.b)
		assert.equal("GET", case:request(1).method)
		assert.equal("/v1/things", case:request(1).path)
		local bytes, size = client:request { url = "v1/more?x=1" }
		assert.equal("bytes", bytes)
		assert.equal(5, size)
		assert.equal("/v1/more?x=1", case:request(2).path)
	end)

	both("sends JSON of any kind", function()
		for json, sent in pairs {
			["text"] = '"text"',
			[1.5] = "1.5",
			[true] = "true",
			[sdk.null] = "null",
			[sdk.array {}] = "[]",
			[{ 1, { a = "b" } }] = '[1,{"a":"b"}]',
		} do
			local case = recorder.case "{}"
			assert(case:client():request { method = "POST", path = "/", json = json })
			assert.equal(sent, case:request().body)
			assert.equal("application/json", case:request().headers["content-type"])
		end
	end)

	both("sends bytes of any type", function()
		local case = recorder.case "{}"
		local client = case:client()
		assert(client:request { method = "PUT", path = "/", data = "a\0b" })
		assert.equal("a\0b", case:request(1).body)
		assert.equal("application/octet-stream", case:request(1).headers["content-type"])
		assert(client:request { method = "PUT", path = "/", data = "<a/>", content_type = "text/xml" })
		assert.equal("text/xml", case:request(2).headers["content-type"])
		local given = false
		assert(client:request {
			method = "PUT",
			path = "/",
			file = function()
				given = not given
				return given and "chunk" or nil
			end,
		})
		assert.equal("chunk", case:request(3).body)
	end)

	both("sends forms", function()
		local case = recorder.case "{}"
		local client = case:client()
		assert(client:post("/", { form = { b = "1 2", a = { "x", "y" }, c = 3, d = true } }))
		assert.equal("a=x&a=y&b=1+2&c=3&d=true", (case:request(1).body:gsub("%%20", "+")))
		assert.equal("application/x-www-form-urlencoded", case:request(1).headers["content-type"])
		assert(client:post("/", { form = { { "b", "1" }, { "a", "2" }, { "b", 3 } } }))
		assert.equal("b=1&a=2&b=3", case:request(2).body)
	end)

	both("sends parts of texts and files", function()
		local case = recorder.case "{}"
		local chunks = { "from ", "a function" }
		assert(case:client():post("/", {
			parts = {
				{ name = "text", text = "value", headers = { ["X-Part"] = "1" } },
				{ name = "json", text = "{}", content_type = "application/json" },
				{ name = "one", file = "content" },
				{
					name = "two",
					file = {
						data = function()
							return table.remove(chunks, 1)
						end,
						filename = "two.txt",
						content_type = "text/plain",
					},
				},
			},
		}))
		local body = case:request().body
		for _, wanted in ipairs {
			'name="text"\r\nX-Part: 1\r\n\r\nvalue\r\n',
			"Content-Type: application/json\r\n\r\n{}\r\n",
			'name="one"; filename="file"',
			"\r\n\r\ncontent\r\n",
			'name="two"; filename="two.txt"\r\nContent-Type: text/plain\r\n\r\nfrom a function\r\n',
		} do
			assert.truthy(body:find(wanted, 1, true), body)
		end
	end)

	both("has a verb for each method", function()
		local case = recorder.case '{"ok":true}'
		local client = case:client()
		for number, verb in ipairs { "get", "post", "put", "patch", "delete" } do
			assert.is_true(assert(client[verb](client, "/v1/x", { extra_query = { n = number } })).ok)
			assert.equal(verb:upper(), case:request(number).method)
			assert.equal("/v1/x?n=" .. number, case:request(number).path)
		end
		case = recorder.case "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-A: b\r\n\r\n"
		local response = assert(case:client():head "/v1/x")
		assert.equal("HEAD", case:request().method)
		assert.equal("b", response.headers["x-a"])
	end)

	both("goes where it is told", function()
		local name = recorder.temporary "answer"
		local case = recorder.case(text "to a file")
		assert.equal(9, assert(case:client():get("/", { into = name })))
		assert.equal("to a file", recorder.read_file(name))
		local response = assert(case:client():get("/", { into = name, raw_response = true }))
		assert.equal(9, response.size)
		assert.equal("", response.body)
	end)

	both("may stay undecoded", function()
		local case = recorder.case "{not JSON"
		local bytes = assert(case:client():get("/", { undecoded = true }))
		assert.equal("{not JSON", bytes)
		local answer, err = case:client():get "/"
		assert.is_nil(answer)
		assert.equal("response_validation", err.code)
	end)

	both("is refused where it is none", function()
		local client = recorder.case("{}"):client()
		for argument, given in pairs {
			path = {},
			method = { path = "/", method = {} },
			nonsense = { path = "/", nonsense = 1 },
			["form.a"] = { path = "/", form = { a = print } },
			["form[2]"] = { path = "/", form = { { "a", "b" }, "c" } },
			["parts[1]"] = { path = "/", parts = { { name = "a" } } },
			["parts[2].nonsense"] = { path = "/", parts = { { name = "a", text = "" }, { nonsense = 1 } } },
			["parts[1].file"] = { path = "/", parts = { { name = "a", file = 1 } } },
			["parts[1].headers.a"] = { path = "/", parts = { { name = "a", text = "", headers = { a = 1 } } } },
			["json.a[1]"] = { path = "/", json = { a = { print } } },
			undecoded = { path = "/", undecoded = 1 },
			raw_response = { path = "/", raw_response = "yes" },
			into = { path = "/", into = 1 },
			data = { path = "/", data = {} },
			timeout = { path = "/", timeout = "1" },
		} do
			local answer, err = outcome.of(client.request, client, given)
			assert.is_nil(answer, argument)
			assert.equal(argument, err.argument)
		end
		for _, given in ipairs { 1, "text", true } do
			assert.is_nil((outcome.of(client.request, client, given)))
			assert.is_nil((outcome.of(client.get, client, "/", given)))
		end
		assert.is_nil((outcome.of(client.get, client)))
		assert.is_nil((outcome.of(client.get, client, "/", { method = "POST" })))
		assert.is_nil((outcome.of(client.get, "client", "/")))
	end)

	both("names a path or a URL that is refused as the program did", function()
		local client = recorder.case("{}"):client()
		local calls = {
			{ "path", client.get, "/v1/../x" },
			{ "path", client.request, { path = "/v1/../x" } },
			{ "path", client.open, { path = "/v1/../x" } },
			{ "url", client.request, { url = "/v1/../x" } },
			{ "url", client.open, { url = "/v1/../x" } },
		}
		for _, call in ipairs(calls) do
			local answer, err = call[2](client, call[3])
			assert.is_nil(answer)
			assert.equal("invalid_argument", err.code)
			assert.equal(call[1], err.argument)
			assert.equal(call[1] .. ":", err.message:match "^%S+")
		end
	end)
end)

describe("a raw response", function()
	both("tells all of an operation's answer", function()
		local case = recorder.case(recorder.answer(200, '{"data":[{"id":"a"}]}', {
			["Content-Type"] = "application/json",
			["X-Request-Id"] = "r-1",
		}))
		local response = assert(case:client().sandboxes:list { raw_response = true })
		assert.equal(200, response.status)
		assert.equal('{"data":[{"id":"a"}]}', response.body)
		assert.equal(#response.body, response.size)
		assert.equal("a", response.json.data[1].id)
		assert.equal("r-1", response.request_id)
		assert.equal("r-1", response.headers["x-request-ID"])
		assert.equal("GET", response.method)
		assert.truthy(response.url:find("/v1/sandboxes/list", 1, true))
		assert.equal(1, response.attempts)
		assert.truthy(response.elapsed > 0)
		assert.equal("1.1", response.http_version)
		assert.truthy(response.times.total > 0)
		assert.is_nil(response.previous)
		assert.is_nil(response.nonsense)
		assert.truthy(tostring(response):find("^200 GET http"))
		local names = {}
		for _, header in ipairs(response.header_list) do
			names[header[1]:lower()] = header[2]
		end
		assert.equal("r-1", names["x-request-id"])
		local all = response:to_table()
		assert.same({ data = { { id = "a" } } }, all.json)
		assert.equal(200, all.status)
		assert.is_nil(all.request_headers)
		assert.is_false((pcall(function()
			response.status = 1
		end)))
	end)

	both("keeps what it shows alive", function()
		local json, headers
		do
			local response = assert(recorder.case('{"a":{"b":"c"}}'):client():get("/", { raw_response = true }))
			json, headers = response.json.a, response.headers
		end
		collectgarbage()
		collectgarbage()
		assert.equal("c", json.b)
		assert.equal("15", headers["content-length"])
	end)

	both("of bytes has no JSON", function()
		local response = assert(recorder.case(text "abc"):client():get("/", { raw_response = true }))
		assert.equal("abc", response.body)
		assert.is_nil(response.json)
	end)

	both("knows the redirects before it, and what was sent", function()
		local case = recorder.case(recorder.answer(302, "gone there", { Location = "elsewhere" }), text "here")
		local response = assert(case:client():get("/v1/x", {
			raw_response = true,
			undecoded = true,
			extra_headers = { ["X-A"] = "b" },
		}))
		assert.equal("here", response.body)
		assert.equal(302, response.previous.status)
		assert.equal("gone there", response.previous.body)
		assert.is_nil(response.previous.previous)
		assert.equal("b", response.request_headers["x-a"])
		assert.equal("test-key", response.request_headers["x-api-key"])
		assert.equal("", response.request_body)
		local previous = response.previous
		response = nil -- luacheck: ignore
		collectgarbage()
		assert.equal(302, previous.status)
	end)

	both("can be a stream", function()
		local case = recorder.case(recorder.answer(200, "content", { ["Content-Type"] = "application/octet-stream" }))
		local stream = assert(case:client().sandboxes:download("s-1", { path = "/f", stream_response = true }))
		assert.equal(200, stream.status)
		assert.equal("content", stream:read "a")
		local bytes = assert(case:client().sandboxes:download("s-1", { path = "/f", stream_response = false }))
		assert.equal("content", bytes)
	end)
end)

describe("an error", function()
	both("has its response", function()
		local case = recorder.case(recorder.answer(404, '{"error":{"message":"gone"}}'))
		local client = case:client()
		for _, call in ipairs {
			function()
				return client:post("/v1/x", { json = { a = 1 } })
			end,
			function()
				return client:open { method = "POST", path = "/v1/x", json = { a = 1 } }
			end,
		} do
			local answer, err = call()
			assert.is_nil(answer)
			assert.equal(404, err.response.status)
			assert.equal("gone", err.response.json.error.message)
			assert.equal('{"error":{"message":"gone"}}', err.response.body)
			assert.equal('{"a":1}', err.response.request_body)
			assert.equal("test-key", err.response.request_headers["X-API-Key"])
		end
		local _, err = client.volumes:list()
		assert.equal("GET", err.response.method)
	end)

	both("has one without a status where no answer came", function()
		local answer, err = recorder.case(""):client():get "/"
		assert.is_nil(answer)
		assert.equal("connection", err.code)
		assert.is_nil(err.response.status)
		assert.equal("GET", err.response.method)
	end)

	both("has none where nothing was sent", function()
		local answer, err = recorder.case("{}"):client():get "/.."
		assert.is_nil(answer)
		assert.is_nil(err.response)
	end)
end)
