--- A client: a table with a resource for each group of operations, over the C half's userdata, which frees it.
local core = require "sandbox_sdk.core"
local each = require "sandbox_sdk.each"
local lazy = require "sandbox_sdk.lazy"
local misuse = require "sandbox_sdk.misuse"
local resources = require "sandbox_sdk.resources"

local await = lazy "sandbox_sdk.await"
local request = lazy "sandbox_sdk.request"
local stream = lazy "sandbox_sdk.stream"

---Options of a client. Times are in seconds; `false` is for ever.
---@class sandbox_sdk.ClientOptions
---@field api_key? string default: the environment's SANDBOX_SDK_API_KEY
---@field base_url? string default: the environment's SANDBOX_SDK_BASE_URL, else the hosted service
---@field timeout? number|false|sandbox_sdk.Timeouts 60 between two arrivals of bytes, 5 to connect
---@field deadline? number|false for a whole call, retries and waits included; default: none
---@field max_retries? integer how often a request is sent again; default 2
---@field retry_unsafe? boolean send again also what may then be done twice; default false
---@field default_headers? table<string, string|false> sent with each request; `false` removes one
---@field default_query? table<string, any> sent with each request
---@field set_default_headers? table<string, string|false> in with_options: in the place of the client's, not merged
---@field set_default_query? table<string, any> in with_options: in the place of the client's, not merged
---@field strict_response_validation? boolean an answer with a field of a wrong type is an error; default false
---@field client_name? string the first word of the User-Agent
---@field log? fun(level: "info"|"debug", message: string) is given each line of the log; default: standard error
---@field on_attempt? fun(attempt: sandbox_sdk.Attempt) is told of each attempt of each call
---@field transport? sandbox_sdk.Transport answers the requests in the place of the network; `nil, reason`: there is no
---answer, and the request may have been carried out
---@field proxy? string "scheme://user:password@host:port"; "": none; default: as the environment says
---@field proxy_username? string
---@field proxy_password? string
---@field no_proxy? string hosts that are reached without a proxy, with commas between them
---@field environment_proxies? boolean whether the environment names proxies; default true
---@field accept_invalid_certificates? boolean default false
---@field minimum_tls? "1.2"|"1.3" default "1.2"
---@field http_version? "1.1"|"2" default "1.1"
---@field ca_file? string the authorities to trust
---@field ca_directory? string a directory of them
---@field ca_data? string the same as the file, in memory
---@field crl_file? string lists of revoked certificates
---@field certificate_file? string what the client shows of itself
---@field certificate_data? string
---@field key_file? string
---@field key_data? string
---@field key_password? string
---@field unix_socket? string path of a socket to connect to
---@field local_address? string this machine's address to connect from
---@field network_interface? string this machine's interface to connect from
---@field name_overrides? string[] "host:port:address"
---@field keep_alive_interval? number|false seconds of silence after which TCP asks for the other side; default 60
---@field compression? "none"|"documents"|"all" which answers are asked for compressed
---@field follow_redirects? boolean default true
---@field max_redirects? integer default 20
---@field max_connections? integer open at once; default 100
---@field max_idle_connections? integer default 20
---@field idle_expiry? number|false seconds after which an idle connection is not used again; default 5
---@field max_header_bytes? integer
---@field max_document_bytes? integer
---@field max_event_line_bytes? integer
---@field max_body_bytes? integer
---@field log_level? "off"|"info"|"debug" default: as the environment's SANDBOX_SDK_LOG says
---@field loop? table the adapter of the event loop whose coroutines use this client; default: that of sdk.use()

---An attempt of a call that is over. It says nothing secret.
---@class sandbox_sdk.Attempt
---@field operation string such as "sandboxes.create"; "request" for one of the program's own
---@field method string
---@field url string
---@field number integer of the attempt, from 1; those that follow a redirect have the number of the first
---@field redirects integer that were followed to get here
---@field outcome "succeeded"|"redirected"|"retried"|"failed" what became of the call
---@field wait? number seconds until the next attempt begins
---@field status? integer the HTTP status; nil where no answer came
---@field code? string the error that this attempt alone would be
---@field detail? string why there is no answer
---@field request_id? string the server's own name for the request
---@field http_version? string "1.0", "1.1", "2" or "3"
---@field started number seconds since 1970
---@field times sandbox_sdk.Times
---@field bytes_sent integer of the request's body
---@field bytes_received integer of the answer's body as it came
---@field data? any `attempt_data` of the call's options

---What a transport is given.
---@class sandbox_sdk.TransportRequest
---@field method string
---@field url string
---@field headers table<string, string> read in any case; the key is among them
---@field body string

---What a transport returns.
---@class sandbox_sdk.TransportAnswer
---@field status? integer default 200
---@field headers? table<string, string|string[]>
---@field body? string|fun(size: integer): string? a function gives pieces, and nil at the end; default ""
---@field json? any in the place of a body, with its Content-Type

---@alias sandbox_sdk.Transport fun(request: sandbox_sdk.TransportRequest): sandbox_sdk.TransportAnswer?, any

---Timeouts of the phases of a request, in seconds; `false` is for ever.
---@class sandbox_sdk.Timeouts
---@field connect? number|false until a connection is made
---@field read? number|false between two arrivals of bytes
---@field write? number|false between two departures of bytes
---@field pool? number|false until one of the client's connections is free

---What went wrong. It prints as its message.
---
---Functions return `nil, err`, and no error where they succeed. Editors are told of an error in any case: they cannot
---know that there is one where the first result is nil, and would warn of each use.
---@class sandbox_sdk.Error
---@field code string a stable name, such as "not_found", "timeout" or "invalid_argument"
---@field message string one line that names the cause
---@field detail? string the cause beneath the message, in the words of the layer below
---@field execution? sandbox_sdk.SandboxExecuteResponse of "command_failed": how the command ended and what it wrote
---@field cause? any what a function of the caller's raised or gave as the reason
---@field argument? string the argument that was refused
---@field status? integer the HTTP status of the answer
---@field body? any the answer's body: decoded JSON as tables, else text
---@field headers? table<string, string> the answer's headers; read in any case
---@field response? sandbox_sdk.Response all that is known of the request and its answer
---@field request_id? string the server's own name for the request
---@field method? string
---@field url? string
---@field attempts integer how many times the request was started
---@field retry_after? number seconds that the server asked to wait
---@field retryable boolean whether the same call could succeed later
---@field outcome_unknown boolean whether the request may have been carried out although no answer says so

---All that is known of an answer. It is read-only.
---@class sandbox_sdk.Response
---@field status integer? nil in that of an error where no answer came
---@field headers table<string, string> read in any case; the values of a repeated one are joined
---@field header_list string[][] each header as it came: { name, value }
---@field body string? "" where it went elsewhere, nil of a stream
---@field json any the decoded body: a model; nil where it is not JSON
---@field size integer how many bytes the body had
---@field request_id string? the server's own name for the request
---@field method string of the last request, after redirects
---@field url string of the last request, after redirects
---@field attempts integer how many times the request was started
---@field elapsed number seconds of the whole call, retries and waits included
---@field http_version string? "1.0", "1.1", "2" or "3"
---@field times sandbox_sdk.Times of the last attempt
---@field previous sandbox_sdk.Response? the answer that redirected to this one
---@field request_headers table<string, string> that were sent, where they are kept: of streams, errors and `undecoded`;
---the key is among them
---@field request_body string? that was sent, likewise
---@field to_table fun(self: sandbox_sdk.Response): table without what was sent

---When the phases of an attempt were over, in seconds since it began; 0 for one that was not needed.
---@class sandbox_sdk.Times
---@field name_lookup number
---@field connect number
---@field tls number
---@field request_sent number
---@field first_byte number
---@field total number

---@class sandbox_sdk.Client: sandbox_sdk.Resources
---@field get fun(self: sandbox_sdk.Client, path: string, options?: sandbox_sdk.Request): any, any as request() does
---@field post fun(self: sandbox_sdk.Client, path: string, options?: sandbox_sdk.Request): any, any
---@field put fun(self: sandbox_sdk.Client, path: string, options?: sandbox_sdk.Request): any, any
---@field patch fun(self: sandbox_sdk.Client, path: string, options?: sandbox_sdk.Request): any, any
---@field delete fun(self: sandbox_sdk.Client, path: string, options?: sandbox_sdk.Request): any, any
---@field api_key string
---@field base_url string
---@field max_retries integer
---@field default_headers table<string, string|false> that each request begins with, the key among them
---@field default_query table<string, any> that each request to the base URL has
local Client = {}

local metatable = { __name = "sandbox_sdk.Client" }

--- What a client tells of itself, as fields.
local getters = {
	api_key = core.client_api_key,
	base_url = core.client_base_url,
	max_retries = core.client_max_retries,
	default_query = core.client_default_query,
	default_headers = function(native)
		local headers = core.client_default_headers(native)
		for name, value in each(headers) do
			headers[name] = value ~= core.null and value
		end
		return headers
	end,
}

local LEFTOVERS = { name_prefix = true, minimum_age = true, dry_run = true, volumes = true }

local function check_receiver(self, method)
	if getmetatable(self) ~= metatable then
		misuse.refuse(("client:%s()"):format(method), "self", "it is called with a colon")
	end
end

--- Takes the options apart that are the Lua half's own.
local function sort(usage, options)
	misuse.check(usage, "options", options, "table")
	local native, loop = {}, nil
	for name, value in each(options or {}) do
		if name == "loop" then
			if value ~= false then
				await.check(usage, "loop", value)
			end
			loop = value
		else
			native[name] = value
		end
	end
	return native, loop
end

local function wrap(native, loop)
	return setmetatable({ native = native, loop = loop }, metatable)
end

--- Modules that give a resource more than the operations of the API.
local COMFORT = { sandboxes = "sandbox_sdk.sandboxes" }

--- The resource of a name, which is made when it is used first; nil where there is none.
local function resource_of(self, name)
	local module = COMFORT[name] or resources[name]
	if not module then
		return nil
	end
	local resource = setmetatable({ native = self.native, client = self }, require(module))
	rawset(self, name, resource)
	return resource
end

local client = {}

--- Makes a client with one of the C half's functions; `usage` is what the program called.
function client.make(usage, construct, options, inherited_loop)
	local given, loop = sort(usage, options)
	local native, err = misuse.checked(usage, construct(given))
	if not native then
		return nil, err
	end
	if loop == nil then
		loop = inherited_loop
	end
	return wrap(native, loop)
end

---Makes a client with other options that shares this one's connections.
---@param options? sandbox_sdk.ClientOptions what changes; headers and query are merged
---@return sandbox_sdk.Client? client
---@return sandbox_sdk.Error err
function Client:with_options(options)
	check_receiver(self, "with_options")
	return client.make("client:with_options()", function(given)
		return core.client_with_options(self.native, given)
	end, options, self.loop)
end

local function set(self, usage, options)
	local given, loop = sort(usage, options)
	local changed, err = misuse.checked(usage, core.client_set_options(self.native, given))
	if changed and loop ~= nil then
		rawset(self, "loop", loop)
	end
	return changed, err
end

---Changes options of this client. `client.max_retries = 5` does the same for one, and raises what is wrong with it.
---@param options sandbox_sdk.ClientOptions what changes; headers and query are merged
---@return true? changed
---@return sandbox_sdk.Error err
function Client:set_options(options)
	check_receiver(self, "set_options")
	return set(self, "client:set_options()", options)
end

---Makes a request of one's own and returns its answer.
---@param given sandbox_sdk.Request
---@return any answer a model where it is JSON, else a string and its length; with `into` the number of bytes; with
---`raw_response` a sandbox_sdk.Response; nil where it failed
---@return any err
function Client:request(given)
	check_receiver(self, "request")
	return request.send(self, "client:request()", given)
end

--- client:get(path, options) and its kin.
for _, verb in ipairs { "get", "post", "put", "patch", "delete" } do
	local usage, method = ("client:%s()"):format(verb), verb:upper()
	Client[verb] = function(self, path, options)
		check_receiver(self, verb)
		return request.send(self, usage, request.of_verb(usage, method, path, options))
	end
end

---Asks for the head of an answer.
---@param path string
---@param options? sandbox_sdk.Request
---@return sandbox_sdk.Response? response
---@return sandbox_sdk.Error err
function Client:head(path, options)
	check_receiver(self, "head")
	local given = request.of_verb("client:head()", "HEAD", path, options)
	given.raw_response = true
	return request.send(self, "client:head()", given)
end

---Makes a request of one's own whose answer is read as it comes, and returns when its head is there.
---@param given sandbox_sdk.Request `into` is not among it: see stream:save()
---@return sandbox_sdk.Stream? stream
---@return sandbox_sdk.Error err
function Client:open(given)
	check_receiver(self, "open")
	local members, options = request.sort("client:open()", given)
	for _, name in ipairs { "into", "raw_response" } do
		if options[name] ~= nil then
			misuse.refuse("client:open()", name, "is not an option")
		end
	end
	local opened, err = stream.open(self, "client:open()", members, options)
	return opened, err and request.named(given, err)
end

---Closes the connections, which its copies share, and the server that sdk.local_server() started. Later calls give an
---error whose code is "closed". Closing again does nothing.
function Client:close()
	check_receiver(self, "close")
	core.client_close(self.native)
end

---Whether this client, or one that shares its connections, was closed.
---@return boolean
function Client:is_closed()
	check_receiver(self, "is_closed")
	return core.client_is_closed(self.native)
end

---Which leftovers are meant.
---@class sandbox_sdk.LeftoversOptions: sandbox_sdk.CallOptions
---@field name_prefix string what their names begin with; not empty
---@field minimum_age? number how many seconds old they are at least; 3600, so that what still works is not hit
---@field dry_run? boolean only find them
---@field volumes? boolean volumes that no sandbox uses, and snapshots, too

---Leftovers, in the order of the server's lists, and how many have each outcome.
---@class sandbox_sdk.Leftovers
---@field [integer] sandbox_sdk.Leftover
---@field found integer
---@field deleted integer
---@field gone integer
---@field failed integer
---@field undated integer

---@class sandbox_sdk.Leftover
---@field kind "sandbox"|"volume"|"snapshot"
---@field id string
---@field name string
---@field created_at string as the server said
---@field age? number in seconds, by the server's clock where it tells the time
---@field outcome "found"|"deleted"|"gone"|"failed"|"undated"
---@field error? sandbox_sdk.Error why it could not be deleted

---Deletes what a program that crashed has left behind, by name and age. All are found before the first is deleted; one
---that cannot be deleted does not keep the others.
---@param options sandbox_sdk.LeftoversOptions
---@return sandbox_sdk.Leftovers? leftovers
---@return sandbox_sdk.Error err
function Client:delete_leftovers(options)
	local usage = "client:delete_leftovers()"
	check_receiver(self, "delete_leftovers")
	local arguments = require "sandbox_sdk.arguments"
	local which, call = arguments.sort(usage, options, LEFTOVERS)
	if not which or which.name_prefix == nil then
		misuse.refuse(usage, "name_prefix", "must be given")
	end
	return misuse.checked(usage, await.perform(self, core.leftovers_delete, self.native, which, call))
end

metatable.__close = Client.close

function metatable.__index(self, name)
	local get = getters[name]
	if get then
		return get(self.native)
	end
	return Client[name] or resource_of(self, name)
end

function metatable.__newindex(self, name, value)
	local usage = "client." .. tostring(name)
	local changed, err = set(self, usage, { [name] = value })
	if not changed then
		misuse.raise(usage, err)
	end
end

function metatable.__tostring(self)
	-- What is printed ends up in logs, where the user and password of a URL have no place.
	return ("sandbox_sdk.Client (%s)"):format((self.base_url:gsub("^([^/]*//)[^/?#]*@", "%1")))
end

return client
