--- The module and a client, in a fresh process: what is measured is the process.
local sdk = require "sandbox_sdk"
assert(sdk.new { api_key = "bench-key", base_url = "http://127.0.0.1:9" })
