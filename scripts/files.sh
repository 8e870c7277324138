# The source files by language, checked in or about to be, for scripts/lint and scripts/format.
# Sourced from the root of the tree, not run: . scripts/files.sh
# shellcheck shell=bash disable=SC2034
list_files() {
	local file
	git ls-files --cached --others --exclude-standard -- "$@" | sort | while IFS= read -r file; do
		[[ ! -f $file ]] || printf '%s\n' "$file"
	done
}
mapfile -t c_files < <(list_files '*.c' '*.h')
mapfile -t lua_files < <(list_files '*.lua')
mapfile -t shell_files < <(list_files '*' | while IFS= read -r file; do
	case $(head -n 1 "$file" | tr -d '\0') in
	'#!'*bash* | '#!'*/sh*) printf '%s\n' "$file" ;;
	*) [[ $file != *.sh ]] || printf '%s\n' "$file" ;;
	esac
done)
