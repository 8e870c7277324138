-- Generated from api/openapi.yaml by scripts/generate; do not edit.
--- The arguments and answers of the operations, for editors. Nothing loads this file.
---@meta

---An answer, or a part of one: read-only. A field that is null, or that the answer does not have, reads as nil; fields
---that are not named here can be read as well. `#` counts the fields, pairs() goes through them with null as sdk.null,
---where Lua's own pairs() and ipairs() do so; the methods do in every Lua.
---@class sandbox_sdk.Model
---Whether the answer has a field, and how.
---@field has fun(self: sandbox_sdk.Model, name: string): "present"|"null"|false
---Goes through the fields, or the elements, with null as sdk.null.
---@field pairs fun(self: sandbox_sdk.Model): (fun(): string|integer, any)
---Goes through the elements in their order.
---@field ipairs fun(self: sandbox_sdk.Model): (fun(): integer, any)
---The answer as a table of its own, with null as sdk.null.
---@field to_table fun(self: sandbox_sdk.Model): table
---The answer as JSON text, with two spaces a level if no indent is given; with 0 in one line.
---@field to_json fun(self: sandbox_sdk.Model, indent?: integer): string

---An array in an answer, or in a part of one: read-only, with the methods of every model.
---@class sandbox_sdk.List<T>: sandbox_sdk.Model, { [integer]: T }
---Goes through the elements in their order.
---@field ipairs fun(self: sandbox_sdk.List<T>): (fun(): integer, T)

---How much of the machine a sandbox may use.
---@class sandbox_sdk.SandboxResources
---Number of CPUs. One is a quarter of a Kubernetes vCPU. At least 1.
---@field cpus? integer
---Memory in MiB.
---@field memory? integer
---Storage in GB.
---@field storage? integer

---Arguments and options of sandboxes.create.
---@class sandbox_sdk.SandboxCreateParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Environment variables that every command in the sandbox sees.
---@field env_vars? table<string, string>
---Name of a Docker image, such as `avmcodes/avm-default-sandbox`.
---@field image? string
---Name of the sandbox. The server makes one up as `sandbox-{user_id}-{timestamp}` where none is given.
---@field name? string
---How much of the machine the sandbox may use.
---@field resources? sandbox_sdk.SandboxResources
---Whether to answer only once the sandbox is ready.
---@field wait_for_ready? boolean

---Arguments and options of sandboxes.list.
---@class sandbox_sdk.SandboxListParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Which page, counted from 1. At least 1.
---@field page? integer
---How many items a page has. At least 1.
---@field page_size? integer

---Arguments and options of sandboxes.get.
---@class sandbox_sdk.SandboxGetParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions

---Arguments and options of sandboxes.delete.
---@class sandbox_sdk.SandboxDeleteParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Whether to take a snapshot of the storage before it is deleted.
---@field create_snapshot? boolean
---Name of that snapshot.
---@field snapshot_name? string
---Ignored. Storage is always deleted. Deprecated.
---@field keep_storage? boolean

---Arguments and options of sandboxes.delete_all.
---@class sandbox_sdk.SandboxDeleteAllParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions

---Arguments and options of sandboxes.execute.
---@class sandbox_sdk.SandboxExecuteParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---A whole shell command line, in which pipes and redirections work.
---@field command string
---Environment variables for this command.
---@field env? table<string, string>
---How many seconds the command may run before it is ended.
---@field api_timeout? integer
---Directory in the sandbox that the command starts in.
---@field working_dir? string
---Text that the command reads from its standard input. An extension: a server that lacks it runs the command without,
---which the call then tells as an error.
---@field stdin? string
---The same as `stdin` for bytes that are no text, in base64 (RFC 4648, section 4). Not both.
---@field stdin_base64? string

---Arguments and options of sandboxes.upload.
---@class sandbox_sdk.SandboxUploadParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Where the file goes in the sandbox, such as `/data/myfile.txt`.
---@field path string
---@field file sandbox_sdk.Source The bytes of the file.

---Arguments and options of sandboxes.download.
---@class sandbox_sdk.SandboxDownloadParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---The file in the sandbox, such as `/data/myfile.txt`.
---@field path string
---@field into? sandbox_sdk.Sink where the bytes go; default: they are returned as a string

---Arguments and options of volumes.create.
---@class sandbox_sdk.VolumeCreateParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Name of the volume.
---@field name? string
---Size with its unit, such as `10Gi` or `100Mi`.
---@field size? string

---Arguments and options of volumes.list.
---@class sandbox_sdk.VolumeListParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Which page, counted from 1. At least 1.
---@field page? integer
---How many items a page has. At least 1.
---@field page_size? integer

---Arguments and options of volumes.delete.
---@class sandbox_sdk.VolumeDeleteParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions

---Arguments and options of volumes.create_snapshot.
---@class sandbox_sdk.VolumeCreateSnapshotParams: sandbox_sdk.CallOptions, sandbox_sdk.ResultOptions
---Name of the snapshot.
---@field name string
---Whether the file system is only frozen, which leaves the snapshot crash-consistent. Otherwise it is synced in full
---and frozen, which makes it application-consistent.
---@field quick? boolean

---A sandbox.
---@class sandbox_sdk.Sandbox: sandbox_sdk.Model
---Identifier of the sandbox.
---@field id string
---Number of CPUs.
---@field cpu number
---When the sandbox was created.
---@field created_at string
---Size of the disk in GB.
---@field disk_size number
---Memory in MB.
---@field memory number
---Name of the sandbox.
---@field name string
---State that the sandbox is in.
---@field status string

---A sandbox that was just created.
---@class sandbox_sdk.SandboxCreateResponse: sandbox_sdk.Sandbox
---Size of the storage in GB. Only the answer to its creation has it.
---@field storage number

---Where a page stands among all pages.
---@class sandbox_sdk.Pagination: sandbox_sdk.Model
---Number of this page, counted from 1.
---@field page number
---How many items a page has.
---@field page_size number
---How many items there are on all pages.
---@field total_items number
---How many pages there are.
---@field total_pages number

---One page of sandboxes.
---@class sandbox_sdk.SandboxListResponse: sandbox_sdk.Model
---The sandboxes on this page.
---@field data sandbox_sdk.List<sandbox_sdk.Sandbox>
---Where this page stands among all pages.
---@field pagination sandbox_sdk.Pagination

---What became of a sandbox and its storage.
---@class sandbox_sdk.SandboxDeleteResponse: sandbox_sdk.Model
---Identifier of the sandbox that was deleted.
---@field id string
---What was done, in words.
---@field message string
---Whether a snapshot was taken.
---@field snapshot_created? boolean
---Name of the snapshot that was taken.
---@field snapshot_name? string
---Whether the storage was deleted.
---@field storage_deleted? boolean
---Name of the storage that was deleted.
---@field storage_name? string

---Why one sandbox could not be deleted.
---@class sandbox_sdk.SandboxDeleteAllError: sandbox_sdk.Model
---Identifier of the sandbox that is still there.
---@field id string
---What went wrong, in words.
---@field error string

---What became of all sandboxes and their storage.
---@class sandbox_sdk.SandboxDeleteAllResponse: sandbox_sdk.Model
---How many sandboxes were deleted.
---@field deleted_count number
---Identifiers of the sandboxes that were deleted.
---@field deleted_ids sandbox_sdk.List<string>
---What was done, in words.
---@field message string
---The sandboxes that could not be deleted.
---@field errors? sandbox_sdk.List<sandbox_sdk.SandboxDeleteAllError>
---How many storage volumes were deleted.
---@field storage_deleted_count? number

---How a command ended and what it wrote.
---@class sandbox_sdk.SandboxExecuteResponse: sandbox_sdk.Model
---Identifier of this run of the command.
---@field id string
---When the command ended.
---@field completed_at string
---When the command was started.
---@field created_at string
---How many milliseconds the command ran.
---@field execution_time_ms integer
---Exit code of the command.
---@field exit_code integer
---How the run stands.
---@field status "running"|"completed"|"timeout"|"error"|string
---What the command wrote to standard error.
---@field stderr string
---What the command wrote to standard output.
---@field stdout string

---A file that was written into a sandbox.
---@class sandbox_sdk.SandboxUploadResponse: sandbox_sdk.Model
---What was done, in words.
---@field message string
---Where the file is in the sandbox.
---@field path string
---Size of the file in bytes.
---@field size integer

---A volume.
---@class sandbox_sdk.Volume: sandbox_sdk.Model
---Identifier of the volume or snapshot.
---@field id string
---When the volume or snapshot was created.
---@field created_at string
---Name of the volume or snapshot.
---@field name string
---Size with its unit, such as `10Gi`. A snapshot has the size of its source.
---@field size string
---State that the volume is in.
---@field status "Pending"|"Bound"|"Lost"|string

---The sandbox that is using a volume.
---@class sandbox_sdk.VolumeMountedBy: sandbox_sdk.Model
---Identifier of the sandbox.
---@field sandbox_id string
---Name of the sandbox.
---@field sandbox_name string

---A volume or a snapshot in a list.
---@class sandbox_sdk.VolumeListItem: sandbox_sdk.Model
---Identifier of the volume or snapshot.
---@field id string
---When the volume or snapshot was created.
---@field created_at string
---Name of the volume or snapshot.
---@field name string
---Size with its unit, such as `10Gi`. A snapshot has the size of its source.
---@field size string
---State that the volume or snapshot is in. A snapshot is `Ready` or `Pending`.
---@field status "Pending"|"Bound"|"Lost"|"Ready"|string
---Whether a sandbox is using the volume. Never true for a snapshot.
---@field in_use boolean
---Whether this is a volume or a snapshot.
---@field type "volume"|"snapshot"|string
---The sandbox that is using the volume.
---@field mounted_by? sandbox_sdk.VolumeMountedBy
---Identifier of the volume that a snapshot was taken of.
---@field source_volume_id? string
---Name of the volume that a snapshot was taken of.
---@field source_volume_name? string

---One page of volumes and snapshots.
---@class sandbox_sdk.VolumeListResponse: sandbox_sdk.Model
---The volumes and snapshots on this page.
---@field data sandbox_sdk.List<sandbox_sdk.VolumeListItem>
---Where this page stands among all pages.
---@field pagination sandbox_sdk.Pagination

---What became of a volume or snapshot.
---@class sandbox_sdk.VolumeDeleteResponse: sandbox_sdk.Model
---Identifier of the volume or snapshot that was deleted.
---@field id string
---What was done, in words.
---@field message string
---Whether it was a volume or a snapshot.
---@field type? string

---A snapshot of a volume.
---@class sandbox_sdk.VolumeCreateSnapshotResponse: sandbox_sdk.Model
---Identifier of the snapshot.
---@field id string
---What the snapshot holds of writes that were under way.
---@field consistency "application-consistent"|"crash-consistent"|string
---When the snapshot was taken.
---@field created_at string
---Name of the snapshot.
---@field name string
---Identifier of the sandbox that was using the volume.
---@field sandbox_id string
---Name of the sandbox that was using the volume.
---@field sandbox_name string
---State that the snapshot is in.
---@field status string
---Identifier of the volume that the snapshot was taken of.
---@field volume_id string
---Name of the volume that the snapshot was taken of.
---@field volume_name string

---The bytes of an upload: the string itself, an open io file, a function that returns one string after the other and
---nil at the end (`nil, reason` fails the call), or a table that says more.
---@alias sandbox_sdk.Source string|file*|(fun(capacity: integer): string?, any)|sandbox_sdk.SourceTable

---@class sandbox_sdk.SourceTable
---@field path? string a file on this machine; either this or data
---@field data? string|file*|(fun(capacity: integer): string?, any)
---@field filename? string sent as the file's name; default: the path's last part, else "file"
---@field content_type? string default: application/octet-stream
---@field size? integer of a function's bytes, where it is known
---@field rewind? fun() takes a function back to its first string, so that the request can be sent again

---The place for the bytes of a download: the path of a file, which appears whole or not at all, an open io file, or a
---function that takes one string after the other (returning `false`, or `nil, reason`, fails the call).
---@alias sandbox_sdk.Sink string|file*|fun(chunk: string): any, any
