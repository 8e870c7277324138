-- Generated from api/openapi.yaml by scripts/generate; do not edit.
local resource = require "sandbox_sdk.resource"

---The storage of sandboxes, and snapshots of it.
---@class sandbox_sdk.Volumes
local Volumes = resource.class "sandbox_sdk.volumes"

local create = resource.operation(Volumes, "volumes.create", { path = {} })

---Creates a volume.
---@param arguments? sandbox_sdk.VolumeCreateParams
---@return sandbox_sdk.Volume? answer The new volume.
---@return sandbox_sdk.Error err
function Volumes:create(arguments)
	return resource.call(self, create, arguments)
end

local list = resource.operation(Volumes, "volumes.list", { path = {} })

---Lists the volumes and snapshots, one page at a time.
---@param arguments? sandbox_sdk.VolumeListParams
---@return sandbox_sdk.VolumeListResponse? answer One page of volumes and snapshots.
---@return sandbox_sdk.Error err
function Volumes:list(arguments)
	return resource.call(self, list, arguments)
end

---Goes through all pages of volumes.list, item by item. Nothing is sent yet. `pages:next()` gives the next item, nil
---after the last one, or nil and an error.
---@param arguments? sandbox_sdk.VolumeListParams `page` is the first one; a deadline is that of each call
---@return sandbox_sdk.Pages<sandbox_sdk.VolumeListItem>? pages
---@return sandbox_sdk.Error err
function Volumes:pages(arguments)
	return resource.pages(self, list, "pages", arguments)
end

---The items of all pages, one after the other: `for item in client.volumes:each() do`. None comes twice. An error is
---raised.
---@param arguments? sandbox_sdk.VolumeListParams as those of `pages()`
---@return fun(): sandbox_sdk.VolumeListItem?
function Volumes:each(arguments)
	local pages, err = resource.pages(self, list, "each", arguments)
	if not pages then
		error(err, 0)
	end
	return pages:each()
end

local delete = resource.operation(Volumes, "volumes.delete", { path = { "id" } })

---Deletes a volume or a snapshot.
---@param id string The identifier of the volume or snapshot.
---@param arguments? sandbox_sdk.VolumeDeleteParams
---@return sandbox_sdk.VolumeDeleteResponse? answer What was deleted.
---@return sandbox_sdk.Error err
function Volumes:delete(id, arguments)
	return resource.call(self, delete, arguments, id)
end

local create_snapshot = resource.operation(Volumes, "volumes.create_snapshot", { path = { "id" } })

---Takes a snapshot of a volume.
---@param id string The identifier of the volume.
---@param arguments sandbox_sdk.VolumeCreateSnapshotParams
---@return sandbox_sdk.VolumeCreateSnapshotResponse? answer The new snapshot.
---@return sandbox_sdk.Error err
function Volumes:create_snapshot(id, arguments)
	return resource.call(self, create_snapshot, arguments, id)
end

return Volumes
