-- Generated from api/openapi.yaml by scripts/generate; do not edit.
--- The resources of a client, by name.
---@class sandbox_sdk.Resources
---@field sandboxes sandbox_sdk.Sandboxes Sandboxes, the commands that run in them, and their files.
---@field volumes sandbox_sdk.Volumes The storage of sandboxes, and snapshots of it.
return {
	sandboxes = require "sandbox_sdk.resources.sandboxes",
	volumes = require "sandbox_sdk.resources.volumes",
}
