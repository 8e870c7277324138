--- What a client is made with beside its address: options of HTTP, a log, and what is told of attempts.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
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

local AGAIN = recorder.answer(503, "{}", { ["Retry-After-Ms"] = "1", ["X-Request-Id"] = "r-1" })

describe("the log", function()
	both("is given to a function", function()
		local lines = {}
		local client = recorder.case(AGAIN, "{}"):client {
			max_retries = 1,
			log_level = "info",
			log = function(level, message)
				lines[#lines + 1] = level .. " " .. message
			end,
		}
		assert(client.volumes:list())
		assert.equal(1, #lines)
		assert.truthy(lines[1]:find "^info Retrying", lines[1])
	end)

	both("may fail, and nothing else does", function()
		local client = recorder.case(AGAIN, "{}"):client {
			max_retries = 1,
			log_level = "debug",
			log = function()
				error "the log is full"
			end,
		}
		assert(client.volumes:list())
	end)

	it("that fails is a warning", function()
		local case = recorder.case "{}"
		local output = lua.output(([[
			if warn then warn "@on" end
			local sdk = require "sandbox_sdk"
			local client = assert(sdk.new {
				api_key = "k", base_url = %q, log_level = "debug",
				log = function() error("the log is full", 0) end,
			})
			assert(client.volumes:list())
		]]):format(case.base_url))
		assert.truthy(output:find("sandbox_sdk: log: the log is full", 1, true), output)
	end)
end)

describe("attempts", function()
	both("are told, each", function()
		local told = {}
		local case = recorder.case(AGAIN, recorder.answer(302, "", { Location = "elsewhere" }), "{}")
		local client = case:client {
			max_retries = 1,
			on_attempt = function(attempt)
				told[#told + 1] = attempt
			end,
		}
		local data = {}
		assert(client:get("/v1/x", { attempt_data = data }))
		assert.equal(3, #told)
		assert.equal("retried", told[1].outcome)
		assert.equal("request", told[1].operation)
		assert.equal("GET", told[1].method)
		assert.equal(case.base_url .. "/v1/x", told[1].url)
		assert.equal("r-1", told[1].request_id)
		assert.equal(503, told[1].status)
		assert.equal("internal_server", told[1].code)
		assert.equal("1.1", told[1].http_version)
		assert.truthy(told[1].wait >= 0)
		assert.truthy(told[1].started > 1.7e9)
		assert.truthy(told[1].times.total > 0)
		assert.equal(2, told[1].bytes_received)
		assert.equal("redirected", told[2].outcome)
		assert.equal("failed", told[3].outcome == "succeeded" and "failed" or told[3].outcome)
		assert.equal(1, told[3].redirects)
		assert.equal(2, told[3].number)
		for _, attempt in ipairs(told) do
			assert.equal(data, attempt.data)
		end
	end)

	both("without data have none", function()
		local told
		local client = recorder.case("{}"):client {
			on_attempt = function(attempt)
				told = attempt
			end,
		}
		assert(client.volumes:list())
		assert.equal("volumes.list", told.operation)
		assert.equal("succeeded", told.outcome)
		assert.is_nil(told.data)
		assert.is_nil(told.code)
		assert.is_nil(told.wait)
	end)

	both("of an unanswered request say why", function()
		local told
		local client = recorder.case(""):client {
			on_attempt = function(attempt)
				told = attempt
				error "is no matter"
			end,
		}
		local answer, err = client.volumes:list()
		assert.is_nil(answer)
		assert.equal("connection", err.code)
		assert.equal("failed", told.outcome)
		assert.is_nil(told.status)
		assert.equal("connection", told.code)
		assert.truthy(#told.detail > 0)
	end)

	it("are told by copies, and by what was set later", function()
		local told = {}
		local function teller(name)
			return function()
				told[#told + 1] = name
			end
		end
		local case = recorder.case "{}"
		local copy, other
		do
			local client = case:client { on_attempt = teller "first" }
			copy = assert(client:with_options { max_retries = 0 })
			other = assert(client:with_options { on_attempt = teller "second" })
			assert(client:set_options { on_attempt = teller "third" })
			assert(client.volumes:list())
		end
		collectgarbage()
		collectgarbage()
		assert(copy.volumes:list())
		assert(other.volumes:list())
		assert.same({ "third", "first", "second" }, told)
	end)
end)

describe("options of HTTP", function()
	it("are taken in the same table", function()
		local case = recorder.case("{}", recorder.answer(302, "", { Location = "/elsewhere" }))
		local client = case:client {
			proxy = "",
			no_proxy = "*",
			environment_proxies = false,
			http_version = "1.1",
			minimum_tls = "1.3",
			compression = "documents",
			follow_redirects = false,
			max_redirects = 3,
			max_connections = 2,
			max_idle_connections = 1,
			idle_expiry = 1,
			keep_alive_interval = false,
			max_header_bytes = 10000,
			max_document_bytes = 10000,
			max_event_line_bytes = 10000,
			max_body_bytes = 10000,
			name_overrides = { "somewhere:80:127.0.0.1" },
			local_address = "127.0.0.1",
			client_name = "Mine",
		}
		assert(client.volumes:list())
		assert.truthy(case:request(1).headers["user-agent"]:find "^Mine")
		assert.equal("gzip, deflate", case:request(1).headers["accept-encoding"])
		local answer, err = client.volumes:list()
		assert.is_nil(answer)
		assert.equal(302, err.status)
	end)

	it("limit what comes", function()
		local answer, err = recorder.case('{"a":"0123456789"}'):client({ max_document_bytes = 5 }).volumes:list()
		assert.is_nil(answer)
		assert.equal("response_too_large", err.code)
	end)

	it("that cannot be fulfilled are an error of the client's", function()
		local client, err = sdk.new { api_key = "k", ca_file = "/nonexistent" }
		assert.is_nil(client)
		assert.equal("configuration", err.code)
		assert.equal("ca_file", err.argument)
		client, err = sdk.new { api_key = "k", unix_socket = ("x"):rep(1000) }
		assert.is_nil(client)
		assert.is_string(err.code)
		for _, name in ipairs { "ca_data", "certificate_data", "key_data" } do
			client, err = sdk.new { api_key = "k", [name] = "no certificate" }
			assert.is_nil(client)
			assert.equal("configuration", err.code)
		end
	end)

	it("of a wrong type are a mistake", function()
		local wrong = {
			log = 1,
			on_attempt = {},
			transport = "function",
			client_name = 1,
			proxy = 1,
			environment_proxies = 1,
			minimum_tls = 1.2,
			http_version = 2,
			compression = true,
			name_overrides = "host:80:address",
			max_connections = "1",
			max_body_bytes = {},
			idle_expiry = "1",
			ca_data = 1,
		}
		for name, value in pairs(wrong) do
			local client, err = outcome.of(sdk.new, { api_key = "k", [name] = value })
			assert.is_nil(client)
			assert.equal(name, err.argument)
		end
		local client, err = outcome.of(sdk.new, { api_key = "k", name_overrides = { "a", 1 } })
		assert.is_nil(client)
		assert.equal("name_overrides[2]", err.argument)
		client, err = outcome.of(sdk.new, { api_key = "k", http_version = "4" })
		assert.is_nil(client)
		assert.equal("http_version", err.argument)
	end)

	it("make a copy that shares nothing, and are refused by a living client", function()
		local client = recorder.case("{}"):client()
		local copy = assert(client:with_options { max_connections = 1 })
		client:close()
		assert.is_false(copy:is_closed())
		local changed, err = client:set_options { max_connections = 1 }
		assert.is_nil(changed)
		assert.equal("invalid_argument", err.code)
	end)
end)

it("a client tells its headers and its query", function()
	local client = recorder.case("{}"):client {
		default_headers = { ["X-A"] = "b", ["User-Agent"] = false },
		default_query = { q = 1 },
	}
	assert.equal("b", client.default_headers["X-A"])
	assert.equal(false, client.default_headers["User-Agent"])
	assert.same({ q = 1 }, client.default_query)
end)
