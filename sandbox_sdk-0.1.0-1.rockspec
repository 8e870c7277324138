rockspec_format = "3.0"
package = "sandbox_sdk"
version = "0.1.0-1"
-- `luarocks make` builds the tree that it is called in.
source = { url = "git+file://." }
description = {
	summary = "A client of sandboxes: isolated Linux machines to run commands in",
	license = "Apache-2.0",
}
supported_platforms = { "linux" }
dependencies = { "lua >= 5.1, < 5.6" }
build = {
	type = "command",
	build_command = '$(CMAKE) --fresh -S bindings/lua/rock -B build/rock -DLUA_INCDIR="$(LUA_INCDIR)"'
		.. ' -DROCK_LIBDIR="$(LIBDIR)" -DROCK_LUADIR="$(LUADIR)" && $(CMAKE) --build build/rock --parallel',
	install_command = "$(CMAKE) --install build/rock",
}
