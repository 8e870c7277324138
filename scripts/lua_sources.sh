# Luas that are built from source: the newest one, which the distribution does not have, and one that checks itself.
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

# build_newest_lua: into build/lua-5.5. Everything but the tests of that version goes on without it.
build_newest_lua() {
	build_lua lua-5.5 l/lua5.5/lua5.5_5.5.1.orig.tar.gz \
		1c4b4068d67061f2a2231ad2b5422e77acea1487ea9890f6320af614f4373dce 5.5 "" ||
		printf 'setup: Lua 5.5 is left out: none of the package sources has its source\n'
}

# build_checked_lua: into build/lua-5.4-checked, the distribution's version with its own assertions. Modules of 5.4 run in it.
build_checked_lua() {
	build_lua lua-5.4-checked l/lua5.4/lua5.4_5.4.4.orig.tar.gz \
		164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61 5.4 "-O1 -g -DLUAI_ASSERT -DLUA_USE_APICHECK" ||
		die "none of apt's package sources gave the source of Lua 5.4; run this again where they can be reached"
}
