# Luas that are built from source: the newest one, which the distribution does not have, and one that checks itself; and what
# reads the module's annotations as editors do.
# Sourced after common.sh and debian_sources.sh.
# shellcheck shell=bash

# build_lua NAME FILE SUM VERSION FLAGS: makes build/NAME/bin/luaVERSION of a source package of Debian's, with headers and static
# library beside it. Fails, and has said nothing, where no package source has the file.
build_lua() {
	local name=$1 file=$2 sum=$3 version=$4 flags=$5
	local folder=$root/build/$name downloads=$root/build/downloads source
	[[ $(cat "$folder/.built" 2>/dev/null) != "$sum $flags" ]] || return 0
	fetch_debian_source "$file" "$sum" "$downloads" || return 1
	source=$downloads/$name
	rm -rf "$source" "$folder"
	mkdir -p "$source" "$folder/bin" "$folder/include" "$folder/lib"
	tar -xf "$downloads/${file##*/}" -C "$source" --strip-components=1
	# "linux" is the platform without readline, which no test needs.
	logged "build-$name" make -C "$source" -j "$(nproc)" linux MYCFLAGS="-fPIC $flags" ||
		die "Lua $version does not build from source; the lines above say where"
	cp "$source/src/lua" "$folder/bin/lua$version"
	cp "$source"/src/{lua,luaconf,lualib,lauxlib}.h "$folder/include"
	cp "$source/src/liblua.a" "$folder/lib/liblua$version.a"
	printf '%s\n' "$sum $flags" >"$folder/.built"
}

# build_lua_module FOLDER FILE SUM PLACE SOURCE: a module in C for the Lua in build/FOLDER, to lib/PLACE.so there.
build_lua_module() {
	local folder=$root/build/$1 file=$2 sum=$3 place=$4 source=$5 name=${2##*/}
	local unpacked=$root/build/downloads/${name%%_*}
	[[ ! -f $folder/lib/$place.so ]] || return 0
	fetch_debian_source "$file" "$sum" "$root/build/downloads" || return 1
	rm -rf "$unpacked"
	mkdir -p "$unpacked" "$(dirname "$folder/lib/$place")"
	tar -xf "$root/build/downloads/$name" -C "$unpacked" --strip-components=1
	# What works with 5.4 does with 5.5, but says that it does not know it.
	sed -i 's/LUA_VERSION_NUM <= 504/LUA_VERSION_NUM <= 505/' "$unpacked/$source"
	logged "build-${name%%_*}" gcc -O2 -shared -fPIC -I "$folder/include" "$unpacked/$source" -o "$folder/lib/$place.so" ||
		die "${name%%_*} does not build for the newest Lua; the lines above say where"
}

# build_newest_lua: into build/lua-5.5, with what busted needs there. Everything but the tests of that version goes on without it.
build_newest_lua() {
	if ! build_lua lua-5.5 l/lua5.5/lua5.5_5.5.1.orig.tar.gz \
		1c4b4068d67061f2a2231ad2b5422e77acea1487ea9890f6320af614f4373dce 5.5 ""; then
		printf 'setup: Lua 5.5 is left out: none of the package sources has its source\n'
	elif ! build_lua_module lua-5.5 l/lua-filesystem/lua-filesystem_1.8.0.orig.tar.gz \
		a1b7cf748ef2cdb6d75ebaa82a9c91b383fabc541b96febb1f9de98f06b8c188 lfs src/lfs.c ||
		! build_lua_module lua-5.5 l/lua-term/lua-term_0.07.orig.tar.gz \
			c1a1d0c57107147ea02878a50b768d1c3c13aca2769b026c5bb7a84119607f30 term/core core.c; then
		printf 'setup: Lua 5.5 is built, but the specs do not run in it: none of the package sources has lua-filesystem and lua-term\n'
	fi
}

# build_checked_luajit: into build/lua-jit-checked, the distribution's version with its own assertions.
build_checked_luajit() {
	local file='l/luajit/luajit_2.1.0~beta3+git20220320+dfsg.orig.tar.gz' folder=$root/build/lua-jit-checked
	local sum=b4d18d2c5e663682bc7f473797e3ceaca8193e112824a5bdfa3e468d98618678 source=$root/build/downloads/lua-jit-checked
	[[ $(cat "$folder/.built" 2>/dev/null) != "$sum" ]] || return 0
	fetch_debian_source "$file" "$sum" "$root/build/downloads" ||
		die "none of apt's package sources gave the source of LuaJIT; run this again where they can be reached"
	rm -rf "$source" "$folder"
	mkdir -p "$source" "$folder/bin" "$folder/lib"
	tar -xf "$root/build/downloads/${file##*/}" -C "$source"
	logged build-lua-jit-checked make -C "$source" -j "$(nproc)" CCDEBUG=-g \
		XCFLAGS="-DLUA_USE_APICHECK -DLUA_USE_ASSERT" || die "LuaJIT does not build from source; the lines above say why"
	cp "$source/src/luajit" "$folder/bin/luajit"
	# As programs find it that are linked with the distribution's.
	cp "$source/src/libluajit.so" "$folder/lib/libluajit-5.1.so.2"
	printf '%s\n' "$sum" >"$folder/.built"
}

# build_checked_lua: into build/lua-5.4-checked, the distribution's version with its own assertions, and into
# build/lua-5.4-restless the same, which also moves the stack and collects everything wherever it may. Modules of 5.4 run in them.
build_checked_lua() {
	local checks="-O1 -g -DLUAI_ASSERT -DLUA_USE_APICHECK" name flags
	for name in checked restless; do
		flags=$checks
		[[ $name == checked ]] || flags="$checks -DHARDSTACKTESTS -DHARDMEMTESTS"
		build_lua "lua-5.4-$name" l/lua5.4/lua5.4_5.4.4.orig.tar.gz \
			164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61 5.4 "$flags" ||
			die "none of apt's package sources gave the source of Lua 5.4; run this again where they can be reached"
		# As programs find it that are linked with the distribution's.
		cc -shared -Wl,-soname,liblua5.4.so.0 -o "$root/build/lua-5.4-$name/lib/liblua5.4.so.0" \
			-Wl,--whole-archive "$root/build/lua-5.4-$name/lib/liblua5.4.a" -Wl,--no-whole-archive -lm -ldl
	done
	build_checked_luajit
}

# build_lua_checker: into build/lua-checker, for the suite `annotations`. It is built for use once, so quickly.
build_lua_checker() {
	local version=0.25.1 folder=$root/build/lua-checker
	[[ $("$folder/bin/emmylua_check" --version 2>/dev/null) != *" $version" ]] || return 0
	command -v cargo >/dev/null || die "the checker of the Lua module's annotations is built with cargo, which is not on PATH"
	logged build-lua-checker cargo install --locked --root "$folder" --config profile.release.lto=false \
		--config profile.release.opt-level=1 --config profile.release.codegen-units=16 "emmylua_check@$version" ||
		die "emmylua_check $version cannot be built; the lines above say why"
}
