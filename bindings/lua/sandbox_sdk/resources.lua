-- Generated from api/openapi.yaml by scripts/generate; do not edit.
--- The modules of a client's resources, by name. Each is loaded when it is used first.
---@class sandbox_sdk.Resources
---@field sandboxes sandbox_sdk.Sandboxes Sandboxes, the commands that run in them, and their files.
---@field volumes sandbox_sdk.Volumes The storage of sandboxes, and snapshots of it.
return {
	sandboxes = "sandbox_sdk.resources.sandboxes",
	volumes = "sandbox_sdk.resources.volumes",
}
