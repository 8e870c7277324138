-- What a checker of types has to find: each line that it has something to say of ends with the names of what that is.
local sdk = require "sandbox_sdk"

local client = assert(sdk.new())
local sandboxes = client.sandboxes
local sandbox = assert(sandboxes:create { name = "wrong" })

assert(sandboxes:create { name = 1 }) --> param-type-mismatch
assert(sandboxes:create { resources = { cpus = "four" } }) --> param-type-mismatch
assert(sandboxes:create "wrong") --> param-type-mismatch
assert(sandboxes:execute(1, { command = "true" })) --> param-type-mismatch
assert(sandboxes:execute(sandbox.id)) --> missing-parameter
assert(sandboxes:execute(sandbox.id, {})) --> missing-fields, param-type-mismatch
assert(sandboxes:execute(sandbox.id, { command = "true", timeout = "1" })) --> assign-type-mismatch
assert(sandboxes:excute(sandbox.id, { command = "true" })) --> undefined-field
assert(client.sandbox) --> undefined-field

local run = assert(sandboxes:execute(sandbox.id, { command = "true" }))
print(run.stdin) --> undefined-field
local _, err = sandboxes:list { page = "first" } --> param-type-mismatch
print(err and err.reason) --> undefined-field

assert(sdk.new { max_retries = "none" }) --> param-type-mismatch
assert(sdk.new { log_level = "loud" }) --> param-type-mismatch
assert(sdk.nwe()) --> undefined-field

local session = assert(sandboxes:session())
assert(session:run(1)) --> param-type-mismatch
assert(session:run("true", { check = "yes" })) --> param-type-mismatch
assert(session:raed "/data") --> undefined-field
for event in assert(session:stream "true"):events() do
	print(event.text) --> undefined-field
end

local loop = sdk.loop()
loop:spawn(1) --> param-type-mismatch
loop:spwan(print) --> undefined-field
loop:spawn(print):stop() --> undefined-field
sdk.cancel():abort() --> undefined-field

assert(client:request { path = 1 }) --> assign-type-mismatch
assert(client:get(1)) --> param-type-mismatch
local stream = assert(client:open { path = "/" })
print(stream:readline()) --> undefined-field
print(stream.response.state) --> undefined-field
for bytes in stream:chunks "many" do --> param-type-mismatch
	print(bytes)
end
assert(sdk.new { compression = "brotli" }) --> param-type-mismatch
assert(sdk.new { on_attempt = "print" }) --> param-type-mismatch
assert(sdk.new { transport = 1 }) --> param-type-mismatch
for each in sandboxes:each() do
	print(each.nmae) --> undefined-field
end
print(assert(sandboxes:list()).data[1].nmae) --> undefined-field
local item = assert(sandboxes:pages()):next()
if item then
	print(item.nmae) --> undefined-field
end
