--- Errors: `nil, err`, and what err has.
package.path = "tests/lua/?.lua;" .. package.path
local lua = require "support.lua"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

--- The error of a call that is answered so.
local function failure(answer, options)
	local result, err = recorder.case(answer):client(options).sandboxes:execute("s-1", { command = "x" })
	assert.is_nil(result)
	return err
end

describe("a status that is no success", function()
	local codes = {
		[400] = "bad_request",
		[401] = "authentication",
		[403] = "permission_denied",
		[404] = "not_found",
		[409] = "conflict",
		[418] = "status",
		[422] = "unprocessable_entity",
		[429] = "rate_limit",
		[500] = "internal_server",
		[503] = "internal_server",
	}
	for status, code in pairs(codes) do
		it(status .. " is " .. code, function()
			local err = failure(recorder.answer(status, '{"error":{"message":"why"}}'))
			assert.equal(code, err.code)
			assert.equal(status, err.status)
			assert.equal("integer", lua.kind(err.status))
			assert.equal("why", err.body.error.message)
			assert.equal(("Error code: %d - "):format(status), err.message:sub(1, 18))
			assert.equal(1, err.attempts)
			assert.is_boolean(err.retryable)
			assert.is_false(err.outcome_unknown)
			assert.equal("POST", err.method)
			assert.truthy(err.url:find "/v1/sandboxes/s%-1/execute$")
		end)
	end

	it("has the body as it came", function()
		local text = { ["Content-Type"] = "text/plain" }
		assert.equal("busy\0now", failure(recorder.answer(400, "busy\0now", text)).body)
		local err = failure(recorder.answer(400, "", text))
		assert.equal("Error code: 400", err.message)
		assert.equal("", err.body)
		assert.equal("busy", failure(recorder.answer(400, "busy", text)).message)
		assert.same({ 1, sdk.null }, failure(recorder.answer(400, "[1,null]")).body)
		assert.equal(sdk.null, failure(recorder.answer(400, "null")).body)
	end)

	it("has the headers", function()
		local headers = { ["X-Request-Id"] = "r-1", ["Retry-After"] = "7", ["X-Other"] = "o" }
		headers["X-Twice"] = "a\r\nx-twice: b"
		local err = failure(recorder.answer(429, "{}", headers))
		assert.equal("r-1", err.request_id)
		assert.equal(7, err.retry_after)
		assert.equal("o", err.headers["X-Other"])
		assert.equal("o", err.headers["x-other"])
		assert.equal("a, b", err.headers["X-Twice"])
		assert.is_nil(err.headers["x-none"])
		assert.is_nil(err.headers[1])
		assert.is_true(err.retryable)
	end)

	it("counts the attempts", function()
		local case = recorder.case(recorder.answer(503, "{}", { ["retry-after-ms"] = "1" }))
		local result, err = case:client({ max_retries = 2 }).sandboxes:list()
		assert.is_nil(result)
		assert.equal(3, err.attempts)
	end)
end)

describe("an answer that is garbage", function()
	local answers = {
		["HTML"] = { recorder.answer(200, "<html></html>", { ["Content-Type"] = "text/html" }), "response_validation" },
		["null"] = { recorder.answer(200, "null"), "response_validation" },
		["an array"] = { recorder.answer(200, "[]"), "response_validation" },
		["broken JSON"] = { recorder.answer(200, '{"id":'), "response_validation" },
		["no HTTP"] = { "@delay 0\nhello\r\n\r\n", "connection" },
		["nothing"] = { "", "connection" },
		["a body cut short"] = { "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", "connection" },
	}
	for name, case in pairs(answers) do
		it("is an error: " .. name, function()
			local err = failure(case[1])
			assert.equal(case[2], err.code)
			assert.truthy(#err.message > 0)
		end)
	end

	it("has status and body where a model was due", function()
		local err = failure(recorder.answer(200, "<html></html>", { ["Content-Type"] = "text/html" }))
		assert.equal(200, err.status)
		assert.equal("<html></html>", err.body)
	end)

	it("is an error under strict validation only where a type is wrong", function()
		assert.equal("response_validation", failure('{"id":7}', { strict_response_validation = true }).code)
		assert(recorder.case('{"id":7}'):client().sandboxes:execute("s-1", { command = "x" }))
	end)
end)

it("a refused connection says so", function()
	local client = assert(sdk.new { api_key = "k", base_url = "http://127.0.0.1:1", max_retries = 0 })
	local result, err = client.sandboxes:list()
	assert.is_nil(result)
	assert.equal("connection", err.code)
	assert.equal("Connection error: " .. err.detail, err.message)
	assert.is_nil(err.status)
	assert.is_nil(err.body)
	assert.is_nil(err.headers)
	assert.is_true(err.retryable)
	assert.equal(1, err.attempts)
end)

describe("an error", function()
	local err = failure(recorder.answer(404, "gone", { ["Content-Type"] = "text/plain" }))

	it("prints as its message", function()
		assert.equal("gone", tostring(err))
		assert.equal("why: gone", "why: " .. err)
		assert.equal("gone!", err .. "!")
	end)

	if lua.has_assert_of_any then
		it("is what assert raises", function()
			-- The tests' own assert is another one.
			local ok, raised = pcall(package.loaded._G.assert, nil, err)
			assert.is_false(ok)
			assert.equal(err, raised)
		end)
	end
end)
