-- Creates a sandbox on a server of one's own, sends it a file, looks at the file there, takes it back and cleans up.
local sdk = require "sandbox_sdk"

-- The digest of bytes, by this machine's sha256sum.
local function sha256(bytes)
	local name = os.tmpname()
	local file = assert(io.open(name, "wb"))
	file:write(bytes)
	file:close()
	local program = assert(io.popen("sha256sum " .. name))
	local digest = program:read(64)
	program:close()
	os.remove(name)
	return digest
end

local client = assert(sdk.local_server())
local sandboxes = client.sandboxes

local sandbox = assert(sandboxes:create { name = "quickstart" })
print("created: " .. sandbox.name)

local bytes = {}
for value = 0, 255 do
	bytes[#bytes + 1] = string.char(value)
end
local content = table.concat(bytes)
local uploaded = assert(sandboxes:upload(sandbox.id, { path = "/data/bytes.bin", file = content }))
print(("uploaded: %d bytes to %s"):format(uploaded.size, uploaded.path))

local run = assert(sandboxes:execute(sandbox.id, { command = "sha256sum /data/bytes.bin" }))
assert(run.stdout:sub(1, 64) == sha256(content), "the digests differ")
print("sha256: the same in the sandbox and here")

local downloaded = assert(sandboxes:download(sandbox.id, { path = "/data/bytes.bin" }))
assert(downloaded == content, "the download differs from the upload")
print(("downloaded: %d bytes, equal to the upload"):format(#downloaded))

for _, each in assert(sandboxes:list()).data:ipairs() do
	print("listed: " .. each.name)
end

local deleted, err = sandboxes:delete("no-such-sandbox")
assert(not deleted, "a sandbox that is not there was deleted")
print(("refused: %s, status %d: %s"):format(err.code, err.status, err.body.error.message))

assert(sandboxes:delete(sandbox.id))
print("deleted: " .. sandbox.name)
client:close()
