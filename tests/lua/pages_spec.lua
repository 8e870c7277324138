--- All pages of a list, item by item, in both forms.
package.path = "tests/lua/?.lua;" .. package.path
local forms = require "support.forms"
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

--- A page with these identifiers, of `total` items, two on each.
local function page(number, total, ...)
	local items = {}
	for position = 1, select("#", ...) do
		items[position] = ('{"id":"%s","name":"n"}'):format((select(position, ...)))
	end
	return ('{"data":[%s],"pagination":{"page":%d,"page_size":2,"total_items":%d,"total_pages":%d}}'):format(
		table.concat(items, ","),
		number,
		total,
		math.ceil(total / 2)
	)
end

--- The identifiers of what an iterator gives.
local function identifiers(iterator)
	local found = {}
	for item in iterator do
		found[#found + 1] = item.id
	end
	return table.concat(found, " ")
end

for form, in_form in pairs(forms) do
	describe("all pages " .. form, function()
		local function each(name, f)
			it(name, in_form(f))
		end

		each("give each item once", function()
			for _, resource in ipairs { "sandboxes", "volumes" } do
				local case = recorder.case(page(1, 5, "a", "b"), page(2, 5, "b", "c"), page(3, 5, "d"))
				local client = case:client()
				assert.equal("a b c d", identifiers(client[resource]:each { page_size = 2 }))
				assert.equal(("/v1/%s/list?page=1&page_size=2"):format(resource), case:request(1).path)
				assert.equal(("/v1/%s/list?page=3&page_size=2"):format(resource), case:request(3).path)
				assert.is_nil(case:request(4))
			end
		end)

		each("begin with the page that is given", function()
			local case = recorder.case(page(2, 3, "c"))
			assert.equal("c", identifiers(case:client().sandboxes:each { page = 2 }))
			assert.truthy(case:request(1).path:find("page=2", 1, true))
			assert.is_nil(case:request(2))
		end)

		each("send nothing before the first item is asked for, and each page when it is needed", function()
			local case = recorder.case(page(1, 3, "a", "b"), page(2, 3, "c"))
			local pages = sdk.assert(case:client().sandboxes:pages())
			assert.is_nil(case:request(1))
			assert.equal("a", pages:next().id)
			assert.equal("b", pages:next().id)
			assert.is_nil(case:request(2))
			assert.equal("c", pages:next().id)
			assert.is_nil((pages:next()))
			assert.is_nil((pages:next()))
			assert.is_nil(case:request(3))
		end)

		each("keep items that were given before", function()
			local case = recorder.case(page(1, 3, "a", "b"), page(2, 3, "c"))
			local items = {}
			for item in case:client().sandboxes:each() do
				items[#items + 1] = item
			end
			collectgarbage()
			assert.equal("a", items[1].id)
			assert.same({ id = "b", name = "n" }, items[2]:to_table())
			assert.equal("c", items[3].id)
		end)

		each("do the calls with their options", function()
			local case = recorder.case(page(1, 3, "a", "b"), page(2, 3, "c"))
			local function begin()
				local headers = { ["X-Own"] = "own-" .. "header" }
				return case:client().sandboxes:each { extra_headers = headers, extra_query = { more = 1 } }
			end
			local iterator = begin()
			collectgarbage()
			assert.equal("a b c", identifiers(iterator))
			for number = 1, 2 do
				assert.equal("own-header", case:request(number).headers["x-own"])
				assert.truthy(case:request(number).path:find("more=1", 1, true))
			end
		end)

		each("tell of an error, and go on after it", function()
			local case = recorder.case(page(1, 3, "a", "b"), recorder.answer(500, "{}"), page(2, 3, "c"))
			local pages = sdk.assert(case:client().sandboxes:pages())
			assert.equal("a", pages:next().id)
			assert.equal("b", pages:next().id)
			local item, err = pages:next()
			assert.is_nil(item)
			assert.equal(500, err.status)
			assert.equal("c", pages:next().id)
			assert.is_nil((pages:next()))
		end)

		each("end when they are cancelled", function()
			local case = recorder.case(page(1, 3, "a", "b"))
			local cancel = sdk.cancel()
			local pages = sdk.assert(case:client().sandboxes:pages { cancel = cancel })
			assert.equal("a", pages:next().id)
			cancel:fire()
			assert.equal("b", pages:next().id)
			local item, err = pages:next()
			assert.is_nil(item)
			assert.equal("cancelled", err.code)
		end)
	end)
end

describe("all pages", function()
	it("raise an error in a loop", function()
		local case = recorder.case(page(1, 3, "a", "b"), recorder.answer(500, "{}"))
		local found = {}
		local ok, err = pcall(function()
			for item in case:client().sandboxes:each() do
				found[#found + 1] = item.id
			end
		end)
		assert.is_false(ok)
		assert.equal(500, err.status)
		assert.same({ "a", "b" }, found)
	end)

	it("that were begun in a coroutine can be read to their end outside of it", function()
		local case = recorder.case(page(1, 3, "a", "b"), page(2, 3, "c"))
		local loop = sdk.loop()
		local pages
		loop:spawn(function()
			pages = sdk.assert(case:client().sandboxes:pages())
			assert.equal("a", pages:next().id)
		end)
		loop:run()
		assert.equal("b c", identifiers(pages:each()))
	end)

	it("are fetched side by side", function()
		local loop = sdk.loop()
		local order = {}
		for _, name in ipairs { "slow", "quick" } do
			local first = page(1, 1, name)
			local delay = name == "slow" and "@delay 0.3\n" or "@delay 0\n"
			local case = recorder.case(delay .. recorder.answer(200, first))
			loop:spawn(function()
				for item in case:client().sandboxes:each() do
					order[#order + 1] = item.id
				end
			end)
		end
		loop:run()
		-- An iterator cannot yield in 5.1: there the first one is waited for.
		local expected = _VERSION == "Lua 5.1" and not rawget(_G, "jit") and "slow quick" or "quick slow"
		assert.equal(expected, table.concat(order, " "))
	end)

	it("that are dropped while a page is fetched end that", function()
		local case = recorder.case("@delay 0.2\n" .. recorder.answer(200, page(1, 1, "a")))
		local loop = sdk.loop()
		local is_reached
		loop:spawn(function()
			local pages = sdk.assert(case:client().sandboxes:pages())
			pages:next()
			is_reached = true
		end)
		loop:spawn(function()
			error("enough", 0)
		end)
		assert.is_false((pcall(loop.run, loop)))
		loop = nil -- luacheck: ignore
		collectgarbage()
		collectgarbage()
		assert.is_nil(is_reached)
	end)

	it("refuse what is a mistake, and name it", function()
		local case = recorder.case "{}"
		local client = case:client()
		local sandboxes = client.sandboxes
		local mistakes = {
			{ "page", sandboxes.each, sandboxes, { page = "x" } },
			{ "peg", sandboxes:each { peg = 1 } },
			{ "page_size", sandboxes:each { page_size = {} } },
			{ "arguments", sandboxes.each, sandboxes, 5 },
			{ "timeout", sandboxes.each, sandboxes, { timeout = "x" } },
			{ "self", sandboxes.each, client.volumes },
			{ "self", sandboxes:pages().next, 5 },
			{ "self", sandboxes:pages().each },
		}
		for position, mistake in ipairs(mistakes) do
			local _, err = outcome.of(mistake[2], mistake[3], mistake[4])
			assert.equal(mistake[1], err and err.argument, "mistake " .. position)
		end
		assert.is_nil(case:request())
	end)
end)
