--- Sessions: a sandbox from the moment it is ready until it is deleted, in both forms.
package.path = "tests/lua/?.lua;" .. package.path
local forms = require "support.forms"
local lua = require "support.lua"
local outcome = require "support.outcome"
local recorder = require "support.recorder"
local sdk = require "sandbox_sdk"

local CREATED = '{"id":"s-1","name":"n","status":"%s"}'
local LISTED = '{"data":[{"id":"s-1","name":"n","status":"%s"}],'
	.. '"pagination":{"page":1,"page_size":100,"total_items":1,"total_pages":1}}'

--- A folder with a file, one beneath it, a link and a pipe.
local function make_folder()
	local folder = recorder.temporary "folder"
	assert(os.execute(("rm -rf %s; mkdir -p %s/below"):format(folder, folder)))
	recorder.write_file(folder .. "/one", "1\0")
	recorder.write_file(folder .. "/below/two", ("2"):rep(70000))
	assert(os.execute(("ln -s one %s/link; mkfifo %s/pipe"):format(folder, folder)))
	return folder
end

for form, in_form in pairs(forms) do
	describe("a session " .. form, function()
		local client, session
		local function each(name, f)
			it(name, in_form(f))
		end

		setup(in_form(function()
			client = sdk.assert(sdk.local_server())
			session = sdk.assert(client.sandboxes:session { env_vars = { A = "1" }, name_prefix = "lua-" })
		end))

		teardown(in_form(function()
			sdk.assert(session:close())
			client:close()
		end))

		each("has a sandbox that is ready and named", function()
			assert.equal(session.sandbox.id, session.id)
			assert.truthy(session.sandbox.name:find "^lua%-%w+$")
			assert.equal(12 + #"lua-", #session.sandbox.name)
			assert.equal("sandbox_sdk.Session (" .. session.id .. ")", tostring(session))
		end)

		each("runs a command, given in one of three ways", function()
			assert.equal("1\n", session:run("echo $A").stdout)
			assert.equal("12\n", session:run({ "echo $A$B", env = { B = "2" } }).stdout)
			assert.equal("12\n", session:run({ command = "echo $A$B", env = { B = "2" } }).stdout)
			assert.equal("/tmp\n", session:run("pwd", { working_dir = "/tmp", timeout = 20 }).stdout)
		end)

		each("gives an exit code, or with check an error that has the execution", function()
			local run = sdk.assert(session:run "echo out; echo problem >&2; exit 3")
			assert.equal(3, run.exit_code)
			local failed, err = session:run { "echo out; echo problem >&2; exit 3", check = true }
			assert.is_nil(failed)
			assert.equal("command_failed", err.code)
			assert.equal("problem\n", err.detail)
			assert.equal(3, err.execution.exit_code)
			assert.equal("out\n", err.execution.stdout)
			assert.equal("The command ended with exit code 3", tostring(err))
		end)

		each("keeps bytes as they are", function()
			local bytes = "\0\255" .. ("x"):rep(100000)
			assert.is_true(sdk.assert(session:write("/data/bytes", bytes)))
			assert.equal(bytes, sdk.assert(session:read "/data/bytes"))
			local name = recorder.temporary "read"
			assert.equal(#bytes, sdk.assert(session:read("/data/bytes", { into = name })))
			assert.equal(bytes, recorder.read_file(name))
			local pieces = {}
			assert.equal(
				#bytes,
				session:read("/data/bytes", {
					into = function(piece)
						pieces[#pieces + 1] = piece
					end,
				})
			)
			assert.equal(bytes, table.concat(pieces))
		end)

		each("tells of the bytes of a file, and ends where that fails", function()
			local told = {}
			local function tell(done, total)
				told[#told + 1] = { done, total }
			end
			sdk.assert(session:write("/data/bytes", ("x"):rep(10), { progress = tell }))
			assert.same({ 10, 10 }, told[#told])
			local written, err = session:write("/data/bytes", { path = recorder.temporary "nothing" })
			assert.is_nil(written)
			assert.equal("local_file", err.code)
			written, err = session:write("/data/bytes", function()
				error("no more", 0)
			end)
			assert.is_nil(written)
			assert.equal("local_file", err.code)
			assert.equal("no more", err.cause)
			written, err = session:write("/data/bytes", "x", {
				progress = function()
					error("no further", 0)
				end,
			})
			assert.is_nil(written)
			assert.equal("cancelled", err.code)
			assert.equal("no further", err.cause)
		end)

		each("moves a directory there and back, and says what it leaves out", function()
			local folder, skipped, told = make_folder(), {}, 0
			sdk.assert(session:upload(folder, "/data/folder", {
				skipped = function(path, reason)
					skipped[path] = reason
				end,
				progress = function(done)
					told = done
				end,
			}))
			assert.same({ pipe = "it is a pipe" }, skipped)
			assert.truthy(told > 70000)
			assert.equal("1\0", session:run("cat /data/folder/link").stdout)
			local back = recorder.temporary "back"
			assert(os.execute("rm -rf " .. back))
			assert.is_true(sdk.assert(session:download("/data/folder", back, { directory = true })))
			assert.equal(("2"):rep(70000), recorder.read_file(back .. "/below/two"))
			assert.equal("1\0", recorder.read_file(back .. "/link"))
		end)

		each("moves a file, too", function()
			local name = recorder.temporary "single"
			recorder.write_file(name, "single")
			sdk.assert(session:upload(name, "/data/single"))
			sdk.assert(session:download("/data/single", name .. ".back", { remote_temporary = "/tmp" }))
			assert.equal("single", recorder.read_file(name .. ".back"))
		end)

		each("keeps to the limits of a download", function()
			sdk.assert(session:run "mkdir -p /data/limited; echo 1 >/data/limited/1; echo 2 >/data/limited/2")
			for option, limit in pairs { max_entries = 1, max_bytes = 3 } do
				local fetched, err = session:download("/data/limited", recorder.temporary(option), { [option] = limit })
				assert.is_nil(fetched)
				assert.equal("archive", err.code)
			end
		end)

		each("ends where `skipped` fails", function()
			local sent, err = session:upload(make_folder(), "/data/other", {
				skipped = function(path)
					error({ path = path })
				end,
			})
			assert.is_nil(sent)
			assert.equal("cancelled", err.code)
			assert.same({ path = "pipe" }, err.cause)
			assert.is_true(session:run("ls /data/other").exit_code ~= 0)
		end)

		each("adopts a sandbox, which stays", function()
			local adopted = sdk.assert(client.sandboxes:adopt(session.id))
			assert.equal(session.id, adopted.id)
			assert.is_nil(adopted.sandbox)
			assert.equal("adopted\n", adopted:run("echo adopted").stdout)
			assert.is_true(sdk.assert(adopted:close()))
			assert.equal("there\n", session:run("echo there").stdout)
		end)

		each("is deleted when it is closed, and then refuses calls", function()
			local closed = sdk.assert(client.sandboxes:session())
			assert.equal(2, #client.sandboxes:list().data)
			assert.is_true(sdk.assert(closed:close()))
			assert.is_true(sdk.assert(closed:close()))
			assert.equal(1, #client.sandboxes:list().data)
			for _, method in ipairs { "run", "read" } do
				local result, err = closed[method](closed, "/data/x")
				assert.is_nil(result)
				assert.equal("closed", err.code)
			end
		end)

		each("stays where it is kept", function()
			local kept = sdk.assert(client.sandboxes:session { keep = true })
			sdk.assert(kept:close())
			assert.equal(2, #client.sandboxes:list().data)
			local adopted = sdk.assert(client.sandboxes:adopt(kept.id, { keep = false }))
			adopted:keep()
			adopted:keep(false)
			sdk.assert(adopted:close())
			assert.equal(1, #client.sandboxes:list().data)
		end)
	end)

	describe("the creation of a session " .. form, function()
		it(
			"deletes a sandbox that does not become ready",
			in_form(function()
				local case = recorder.case(CREATED:format "creating", LISTED:format "failed", "{}")
				local session, err = case:client().sandboxes:session { name = "n" }
				assert.is_nil(session)
				assert.equal("sandbox_failed", err.code)
				assert.truthy(case:request(3).raw:find "^DELETE ")
			end)
		)

		it(
			"waits no longer than it is told",
			in_form(function()
				local case = recorder.case(CREATED:format "creating", LISTED:format "creating", "{}")
				local session, err = case:client().sandboxes:session { name = "n", ready_timeout = 0.2 }
				assert.is_nil(session)
				assert.equal("timeout", err.code)
			end)
		)
	end)
end

describe("a session", function()
	local client = sdk.assert(sdk.local_server())

	teardown(function()
		client:close()
	end)

	local function count()
		return #client.sandboxes:list().data
	end

	it("ends a command when its time is over", function()
		sdk.with(sdk.assert(client.sandboxes:session()), function(session)
			local failed, err = session:run { "exec sleep 60", api_timeout = 1, check = true }
			assert.is_nil(failed)
			assert.equal("command_failed", err.code)
			assert.equal("timeout", err.execution.status)
		end)
	end)

	it("is deleted when it is dropped", function()
		local session = sdk.assert(client.sandboxes:session())
		assert.equal(1, count())
		assert.equal("there\n", session:run("echo there").stdout)
		session = nil -- luacheck: ignore
		collectgarbage()
		collectgarbage()
		assert.equal(0, count())
	end)

	it("that a coroutine dropped is deleted by the loop, which nothing holds up", function()
		local loop = sdk.loop()
		loop:spawn(function()
			local session = sdk.assert(client.sandboxes:session())
			assert.equal(1, count())
			assert.equal("there\n", session:run("echo there").stdout)
			session = nil -- luacheck: ignore
			collectgarbage()
			collectgarbage()
			for _ = 1, 100 do
				if count() == 0 then
					return
				end
				sdk.sleep(0.02)
			end
			error "it is still there"
		end)
		loop:run()
	end)

	it("is closed by sdk.with(), also where that fails", function()
		assert.equal(
			"in\n",
			sdk.with(sdk.assert(client.sandboxes:session()), function(session)
				return session:run("echo in").stdout
			end)
		)
		assert.equal(0, count())
		local session = sdk.assert(client.sandboxes:session())
		local ok, err = pcall(sdk.with, session, function()
			error("broken", 0)
		end)
		assert.is_false(ok)
		assert.equal("broken", err)
		assert.equal(0, count())
	end)

	if lua.has_close then
		--- Runs a program with a variable that is closed at its end.
		local function with_close(text, ...)
			return assert((loadstring or load)(text))(...)
		end

		for form, in_form in pairs(forms) do
			it(
				"is closed with its variable, also where that fails, " .. form,
				in_form(function()
					local program = "local session <close> = ...; return session:run(select(2, ...)).stdout"
					local session = sdk.assert(client.sandboxes:session())
					assert.equal("in\n", with_close(program, session, "echo in"))
					assert.equal(0, count())
					local case = recorder.case(recorder.answer(500, "{}"), "{}")
					session = sdk.assert(case:client().sandboxes:adopt("s-1", { keep = false }))
					local ok, err = pcall(with_close, "local session <close> = ...", session)
					assert.is_false(ok)
					assert.equal(500, err.status)
					session:keep()
					case = recorder.case(recorder.answer(500, "{}"))
					session = sdk.assert(case:client().sandboxes:adopt("s-1", { keep = false }))
					ok, err = pcall(with_close, "local session <close> = ...; error('own', 0)", session)
					assert.is_false(ok)
					assert.equal("own", err)
					session:keep()
				end)
			)
		end
	end

	it("that cannot be closed raises the error from sdk.with()", function()
		local case = recorder.case(recorder.answer(500, "{}"))
		local session = sdk.assert(case:client().sandboxes:adopt("s-1", { keep = false }))
		local ok, err = pcall(sdk.with, session, function() end)
		assert.is_false(ok)
		assert.equal(500, err.status)
		session:keep()
	end)

	it("goes on where the client's own variable is gone", function()
		local session = sdk.assert(sdk.assert(client:with_options {}).sandboxes:session())
		collectgarbage()
		collectgarbage()
		assert.equal("on\n", session:run("echo on").stdout)
		sdk.assert(session:close())
	end)

	it("has its sandbox deleted when a coroutine's creation is cancelled", function()
		local case = recorder.case(CREATED:format "creating", LISTED:format "creating", "{}")
		local loop = sdk.loop()
		local cancel = sdk.cancel()
		local code
		loop:spawn(function()
			local _, err = case:client().sandboxes:session { name = "n", cancel = cancel }
			code = err.code
		end)
		loop:spawn(function()
			while not case:request(2) do
				sdk.sleep(0.01)
			end
			cancel:fire()
		end)
		loop:run()
		assert.equal("cancelled", code)
		local last = 2
		while case:request(last + 1) do
			last = last + 1
		end
		assert.truthy(case:request(last).raw:find "^DELETE ")
	end)

	it("refuses what is a mistake, and names it", function()
		local case = recorder.case "{}"
		local sandboxes = case:client().sandboxes
		local session = sdk.assert(sandboxes:adopt "s-1")
		local mistakes = {
			{ "command", session.run, session },
			{ "command", session.run, session, 5 },
			{ "command", session.run, session, { "x", command = "x" } },
			{ "options", session.run, session, { "x" }, {} },
			{ "options", session.run, session, "x", 5 },
			{ "chekc", session.run, session, { "x", chekc = true } },
			{ "check", session.run, session, { "x", check = 1 } },
			{ "env.A", session.run, session, { "x", env = { A = 1 } } },
			{ "env.A", session.run, session, { "x", env = { A = false } } },
			{ "api_timeout", session.run, session, { "x", api_timeout = "1" } },
			{ "self", session.run, "x" },
			{ "path", session.read, session },
			{ "file", session.read, session, "x", { file = "x" } },
			{ "path", session.write, session, {}, "x" },
			{ "file", session.write, session, "x" },
			{ "file", session.write, session, "x", 5 },
			{ "local", session.upload, session, nil, "x" },
			{ "remote", session.upload, session, "x", nil },
			{ "skipped", session.upload, session, "x", "x", { skipped = 1 } },
			{ "max_bytes", session.download, session, "x", "x", { max_bytes = {} } },
			{ "keep", session.keep, session, 1 },
			{ "check", session.close, session, { check = true } },
			{ "keep", sandboxes.session, sandboxes, { keep = 1 } },
			{ "nmae", sandboxes.session, sandboxes, { nmae = "x" } },
			{ "options", sandboxes.session, sandboxes, "x" },
			{ "id", sandboxes.adopt, sandboxes },
			{ "name", sandboxes.adopt, sandboxes, "x", { name = "x" } },
		}
		for position, mistake in ipairs(mistakes) do
			local _, err = outcome.of(select(2, (table.unpack or unpack)(mistake, 1, 6)))
			assert.equal(mistake[1], err and err.argument, "mistake " .. position)
		end
		assert.is_nil(case:request())
	end)

	it("gives an error for values that cannot be", function()
		local session = sdk.assert(client.sandboxes:adopt "s-1")
		for _, options in ipairs { { "x", api_timeout = -1 }, { "x\0" }, { "x", working_dir = "\0" } } do
			local run, err = session:run(options)
			assert.is_nil(run)
			assert.equal("invalid_argument", err.code)
		end
		local adopted, err = client.sandboxes:adopt ""
		assert.is_nil(adopted)
		assert.equal("id", err.argument)
	end)
end)
