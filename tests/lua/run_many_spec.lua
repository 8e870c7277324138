--- One command in many sandboxes at a time, and what a crash leaves behind, in both forms.
package.path = "tests/lua/?.lua;" .. package.path
local forms = require "support.forms"
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local RUN = '{"exit_code":%d,"status":"completed","stdout":"out","stderr":""}'

for form, in_form in pairs(forms) do
	describe("a command in many sandboxes, " .. form .. ",", function()
		local client
		local ids = {}
		local function each(name, f)
			it(name, in_form(f))
		end

		setup(in_form(function()
			client = sdk.assert(sdk.local_server())
			for number = 1, 5 do
				ids[number] = sdk.assert(client.sandboxes:create { name = "many-" .. number }).id
			end
		end))

		teardown(function()
			client:close()
		end)

		each("gives a result for each, in their order", function()
			local options = { env = { A = "a" }, concurrency = 2 }
			local results = sdk.assert(client.sandboxes:run_many(ids, "echo $A >&2; exit 3", options))
			assert.equal(5, #results)
			assert.equal(0, results.failed)
			for position, result in ipairs(results) do
				assert.equal(ids[position], result.id)
				assert.equal(3, result.execution.exit_code)
				assert.equal("a\n", result.execution.stderr)
				assert.is_nil(result.error)
			end
		end)

		each("has an error where it failed, and goes on with the others", function()
			local some = { ids[1], "nothing", ids[2] }
			local results = sdk.assert(client.sandboxes:run_many(some, { "true", check = true }))
			assert.equal(1, results.failed)
			assert.equal(0, results[1].execution.exit_code)
			assert.equal(404, results[2].error.status)
			assert.is_nil(results[2].execution)
			assert.equal(0, results[3].execution.exit_code)
			results = sdk.assert(client.sandboxes:run_many(ids, { "exit 4", check = true }))
			assert.equal(5, results.failed)
			assert.equal("command_failed", results[5].error.code)
			assert.equal(4, results[5].error.execution.exit_code)
		end)

		each("may have none", function()
			local results = sdk.assert(client.sandboxes:run_many({}, "true"))
			assert.equal(0, #results)
			assert.equal(0, results.failed)
		end)

		each("has a deadline for all together", function()
			local results = sdk.assert(client.sandboxes:run_many(ids, { "exec sleep 30", deadline = 0.3 }))
			assert.equal(5, results.failed)
			assert.equal("timeout", results[1].error.code)
		end)

		each("ends when it is cancelled", function()
			local cancel = sdk.cancel()
			cancel:fire()
			local results, err = client.sandboxes:run_many(ids, { "exec sleep 30", cancel = cancel })
			assert.equal("cancelled", results and results[5].error.code or err.code)
		end)
	end)

	describe("leftovers " .. form, function()
		local client
		local function each(name, f)
			it(name, in_form(f))
		end

		setup(function()
			client = sdk.assert(sdk.local_server())
		end)

		teardown(function()
			client:close()
		end)

		each("are found by name and age, and deleted", function()
			for _, name in ipairs { "left-1", "left-2", "other" } do
				sdk.assert(client.sandboxes:create { name = name })
			end
			local young = sdk.assert(client:delete_leftovers { name_prefix = "left-" })
			assert.equal(0, #young)
			local found = sdk.assert(client:delete_leftovers { name_prefix = "left-", minimum_age = 0, dry_run = true })
			assert.equal(2, #found)
			assert.equal(2, found.found)
			assert.equal("left-1", found[1].name)
			assert.equal("sandbox", found[1].kind)
			assert.equal("found", found[1].outcome)
			assert.truthy(found[1].age >= 0)
			assert.equal("string", type(found[1].created_at))
			local deleted = sdk.assert(client:delete_leftovers { name_prefix = "left-", minimum_age = 0 })
			assert.equal(2, deleted.deleted)
			assert.equal(0, deleted.failed)
			assert.equal(found[1].id, deleted[1].id)
			assert.equal(1, #client.sandboxes:list().data)
			sdk.assert(client:delete_leftovers { name_prefix = "other", minimum_age = 0 })
		end)

		each("that cannot be deleted say why", function()
			local list = '{"data":[{"id":"s-1","name":"left-1","created_at":"2020-01-01T00:00:00Z"}],'
				.. '"pagination":{"page":1,"page_size":100,"total_items":1,"total_pages":1}}'
			local case = recorder.case(list, recorder.answer(500, "{}"))
			local left = sdk.assert(case:client():delete_leftovers { name_prefix = "left-" })
			assert.equal(1, left.failed)
			assert.equal("failed", left[1].outcome)
			assert.equal(500, left[1].error.status)
		end)

		each("that cannot be listed are an error", function()
			local left, err = recorder.case(recorder.answer(500, "{}")):client():delete_leftovers { name_prefix = "x" }
			assert.is_nil(left)
			assert.equal(500, err.status)
			left, err = client:delete_leftovers { name_prefix = "" }
			assert.is_nil(left)
			assert.equal("name_prefix", err.argument)
		end)
	end)
end

describe("a command in many sandboxes", function()
	it("that waits lets coroutines go on whose calls have ended meanwhile", function()
		local quick = recorder.case("@delay 0.1\n" .. recorder.answer(200, RUN:format(0)))
		local client = quick:client()
		local loop = sdk.loop()
		local order = {}
		loop:spawn(function()
			sdk.assert(client.sandboxes:execute("s-1", { command = "x" }))
			order[#order + 1] = "one"
		end)
		loop:spawn(function()
			sdk.sleep(0) -- the other one has begun
			-- A coroutine that the loop does not know: what it calls waits.
			local results = coroutine.wrap(function()
				return sdk.assert(client.sandboxes:run_many({ "a", "b", "c" }, { "x", concurrency = 1 }))
			end)()
			assert.equal(0, results.failed)
			sdk.sleep(0.2)
			order[#order + 1] = "many"
		end)
		loop:run()
		assert.same({ "one", "many" }, order)
	end)

	it("runs in all at the same time", function()
		local case = recorder.case("@delay 0.2\n" .. recorder.answer(200, RUN:format(0)))
		local order = {}
		local loop = sdk.loop()
		loop:spawn(function()
			sdk.assert(case:client().sandboxes:run_many({ "a", "b", "c", "d" }, "x"))
			order[#order + 1] = "many"
		end)
		loop:spawn(function()
			sdk.sleep(0.05)
			order[#order + 1] = "sleeper"
		end)
		loop:run()
		assert.same({ "sleeper", "many" }, order)
		assert.is_nil(case:request(5))
	end)

	it("that is dropped ends", function()
		local case = recorder.case("@delay 0.2\n" .. recorder.answer(200, RUN:format(0)))
		local loop = sdk.loop()
		loop:spawn(function()
			case:client().sandboxes:run_many({ "a", "b" }, "x")
			error "it is not reached"
		end)
		loop:spawn(function()
			sdk.sleep(0)
			error("enough", 0)
		end)
		assert.is_false((pcall(loop.run, loop)))
		loop = nil -- luacheck: ignore
		collectgarbage()
		collectgarbage()
	end)

	it("refuses what is a mistake, and names it", function()
		local case = recorder.case "{}"
		local client = case:client()
		local sandboxes = client.sandboxes
		local mistakes = {
			{ "ids", sandboxes.run_many, sandboxes },
			{ "ids", sandboxes.run_many, sandboxes, "x", "x" },
			{ "ids[2]", sandboxes.run_many, sandboxes, { "a", 2 }, "x" },
			{ "command", sandboxes.run_many, sandboxes, { "a" } },
			{ "command", sandboxes.run_many, sandboxes, { "a" }, 5 },
			{ "concurrency", sandboxes.run_many, sandboxes, { "a" }, { "x", concurrency = "1" } },
			{ "concurency", sandboxes.run_many, sandboxes, { "a" }, { "x", concurency = 1 } },
			{ "self", sandboxes.run_many, client, { "a" }, "x" },
			{ "name_prefix", client.delete_leftovers, client },
			{ "name_prefix", client.delete_leftovers, client, { name_prefix = 1 } },
			{ "minimum_age", client.delete_leftovers, client, { name_prefix = "x", minimum_age = "1" } },
			{ "dryrun", client.delete_leftovers, client, { name_prefix = "x", dryrun = true } },
			{ "options", client.delete_leftovers, client, "x" },
			{ "self", client.delete_leftovers, sandboxes, { name_prefix = "x" } },
		}
		for position, mistake in ipairs(mistakes) do
			local _, err = outcome.of(mistake[2], mistake[3], mistake[4], mistake[5])
			assert.equal(mistake[1], err and err.argument, "mistake " .. position)
		end
		assert.is_nil(case:request())
	end)
end)
