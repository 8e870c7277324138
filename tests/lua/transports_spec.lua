--- Transports in Lua, in the place of the network.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local outcome = require "support.outcome"
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

local function client_of(transport, options)
	local all = { api_key = "test-key", base_url = "http://sandbox.test/base", max_retries = 0, transport = transport }
	for name, value in pairs(options or {}) do
		all[name] = value
	end
	return assert(sdk.new(all))
end

--- Answers one after the other; the last one again and again.
local function answers(...)
	local list, requests = { ... }, {}
	return function(request)
		requests[#requests + 1] = request
		local answer = list[math.min(#requests, #list)]
		return answer[1], answer[2]
	end,
		requests
end

describe("a transport", function()
	both("is given requests, and answers", function()
		local transport, requests = answers { { json = { id = "v-1" }, headers = { ["X-Request-Id"] = "r-1" } } }
		local client = client_of(transport)
		local response = assert(client:post("/v1/x?a=1", { json = { n = 1 }, raw_response = true }))
		assert.equal(200, response.status)
		assert.equal("v-1", response.json.id)
		assert.equal("r-1", response.request_id)
		assert.equal("application/json", response.headers["content-type"])
		assert.equal("POST", requests[1].method)
		assert.equal("http://sandbox.test/base/v1/x?a=1", requests[1].url)
		assert.equal("test-key", requests[1].headers["x-api-key"])
		assert.equal('{"n":1}', requests[1].body)
		assert(client:get "/v1/y")
		assert.equal("", requests[2].body)
	end)

	both("answers with bytes, also in pieces", function()
		local pieces = { "one ", "", "two" }
		local client = client_of(function(request)
			if request.url:find "whole" then
				return { status = 201, headers = { ["Set-Cookie"] = { "a=b", "c=d" } }, body = "a\0b" }
			end
			return {
				body = function(size)
					assert(size > 0)
					return table.remove(pieces, 1)
				end,
			}
		end)
		local response = assert(client:get("/whole", { raw_response = true }))
		assert.equal(201, response.status)
		assert.equal("a\0b", response.body)
		assert.equal("a=b, c=d", response.headers["set-cookie"])
		assert.equal("one two", (client:get "/pieces"))
		assert.equal("", (client_of(function()
			return {}
		end):get "/"))
	end)

	both("serves large bodies and streams", function()
		local large = ("0123456789"):rep(100000)
		local client = client_of(function(request)
			return { body = request.body }
		end)
		assert.equal(large, (client:put("/", { data = large })))
		local stream = assert(client:open { method = "PUT", path = "/", data = large })
		assert.equal(large, stream:read "a")
		local sent = 0
		assert.equal(large .. large, (client:put("/", {
			file = function()
				sent = sent + 1
				return sent <= 2 and large or nil
			end,
		})))
	end)

	both("stands below retries, redirects and errors", function()
		local transport, requests = answers(
			{ { status = 503, headers = { ["Retry-After-Ms"] = "1" } } },
			{ { status = 302, headers = { Location = "/other" } } },
			{ { json = { ok = true } } }
		)
		assert.is_true(assert(client_of(transport, { max_retries = 1 }):get "/v1/x").ok)
		assert.equal(3, #requests)
		assert.equal("http://sandbox.test/other", requests[3].url)
		local answer, err = client_of(answers { { status = 404, json = { error = { message = "gone" } } } }):get "/"
		assert.is_nil(answer)
		assert.equal("not_found", err.code)
		assert.equal("gone", err.body.error.message)
	end)

	both("may lose a request", function()
		local reason = setmetatable({}, {
			__tostring = function()
				return "the cable is cut"
			end,
		})
		local transport, requests = answers({ nil, reason }, { nil, "still cut" })
		local answer, err = client_of(transport, { max_retries = 1 }):get "/"
		assert.is_nil(answer)
		assert.equal("connection", err.code)
		assert.equal("still cut", err.cause)
		assert.equal(2, #requests)
		answer, err = client_of(answers({ nil, reason }, { { status = 404 } }), { max_retries = 1 }):get "/"
		assert.is_nil(answer)
		assert.equal("not_found", err.code)
		assert.is_nil(err.cause)
		transport, requests = answers { nil, reason }
		answer, err = client_of(transport, { max_retries = 1 }):post "/"
		assert.is_nil(answer)
		assert.equal("connection", err.code)
		assert.equal(reason, err.cause)
		assert.truthy(err.detail:find("the cable is cut", 1, true), err.detail)
		assert.is_true(err.outcome_unknown)
		assert.equal(1, #requests)
	end)

	both("that fails is the cause of an error, and is not asked again", function()
		local asked = 0
		local cause = {}
		local client = client_of(function()
			asked = asked + 1
			error(cause)
		end, { max_retries = 3 })
		local answer, err = client:get "/"
		assert.is_nil(answer)
		assert.equal("connection", err.code)
		assert.equal(cause, err.cause)
		assert.equal(1, asked)
	end)

	both("that fails in the middle of a body does so too", function()
		local client = client_of(function()
			local given = false
			return {
				body = function()
					if given then
						error("no more", 0)
					end
					given = true
					return "begun"
				end,
			}
		end)
		local answer, err = client:get "/"
		assert.is_nil(answer)
		assert.equal("connection", err.code)
		assert.equal("no more", err.cause)
	end)

	both("that gives what is no answer says so", function()
		for problem, answer in pairs {
			["must return a table"] = { "text" },
			["status must be an integer"] = { { status = "200" } },
			["body must be a string"] = { { body = {} } },
			["header 'A' must be a string"] = { { headers = { A = print } } },
			["headers must have names"] = { { headers = { "a" } } },
			["no answer with status 7"] = { { status = 7 } },
			["json.a"] = { { json = { a = print } } },
			["must return strings"] = {
				{
					body = function()
						return 1, nil
					end,
				},
			},
		} do
			local result, err = client_of(answers(answer)):get "/"
			assert.is_nil(result)
			assert.equal("connection", err.code)
			assert.truthy(tostring(err.cause):find(problem, 1, true), tostring(err.cause))
		end
	end)

	it("may make calls of its own, and cannot yield", function()
		local inner = client_of(answers { { json = { n = 1 } } })
		local client = client_of(function()
			return { json = { n = assert(inner:get "/").n + 1 } }
		end)
		assert.equal(2, assert(client:get "/").n)
		local loop = sdk.loop()
		local task = loop:spawn(function()
			return client_of(function()
				coroutine.yield()
			end):get "/"
		end)
		loop:run()
		local _, answer, err = task:wait()
		assert.is_nil(answer)
		assert.truthy(tostring(err.cause):find "yield")
	end)

	it("is one of a copy's, or shared with it", function()
		local client = client_of(answers { { json = { n = 1 } } })
		local copy = assert(client:with_options { max_retries = 1 })
		local other = assert(client:with_options { transport = answers { { json = { n = 2 } } } })
		client = nil -- luacheck: ignore
		collectgarbage()
		collectgarbage()
		assert.equal(1, assert(copy:get "/").n)
		assert.equal(2, assert(other:get "/").n)
		local local_client, err = outcome.of(sdk.local_server, { transport = print })
		assert.is_nil(local_client)
		assert.equal("transport", err.argument)
	end)
end)

describe("functions of a client", function()
	it("are collected with it", function()
		local functions = setmetatable({}, { __mode = "v" })
		for round = 1, 20 do
			local function hook()
				return { json = { round = round } }
			end
			functions[round] = hook
			local client = client_of(hook, { log = function() return hook end, log_level = "debug", on_attempt = hook })
			assert(client:get "/")
		end
		lua.collect()
		assert.is_nil(next(functions))
	end)

	it("are collected with calls under way, in any order", function()
		for _ = 1, 50 do
			local loop = sdk.loop()
			local client = client_of(function()
				return {
					body = function()
						return "x"
					end,
				}
			end, { log = function() end, log_level = "debug", on_attempt = function() end })
			local copy = client:with_options { on_attempt = function() end }
			for _, each in ipairs { client, copy } do
				loop:spawn(function()
					local stream = assert(each:open { path = "/" })
					stream:read(1000)
					loop:spawn(error, "left")
					stream:read(1000)
					coroutine.yield()
				end)
			end
			assert.is_false((pcall(loop.run, loop)))
			collectgarbage "step"
		end
		collectgarbage()
	end)

	it("are left alone when a program ends with calls in flight", function()
		assert.equal(
			"ended",
			lua.output [[
				local sdk = require "sandbox_sdk"
				kept = {}
				for round = 1, 5 do
					local client = assert(sdk.new {
						api_key = "k", base_url = "http://sandbox.test/", log_level = "debug",
						log = function(level, message) kept[#kept + 1] = message end,
						on_attempt = function(attempt) kept[#kept + 1] = attempt.url end,
						transport = function(request)
							return { body = function() return "x" end }
						end,
					})
					local copy = assert(client:with_options { max_retries = round })
					local loop = sdk.loop()
					loop:spawn(function()
						kept[#kept + 1] = assert(client:open { path = "/" })
						kept[#kept]:read(10)
						loop:spawn(error, "left")
						kept[#kept + 1] = copy:open { path = "/" }
					end)
					pcall(loop.run, loop)
					kept[#kept + 1] = { client, copy, loop, assert(copy:open { path = "/" }) }
				end
				setmetatable(kept, { __gc = function() pcall(function() return kept[1] end) end })
				io.write "ended"
			]]
		)
	end)
end)
