# What every script here begins with: the root of the tree, and one way to stop with a clear line.
# Sourced, not run: . "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
logs=$root/build/logs
program=$(basename "$0")

# die MESSAGE: one line that names the cause and the cure, and exit 1.
die() {
	printf '%s: %s\n' "$program" "$1" >&2
	exit 1
}

# usage_error MESSAGE: a wrong argument, and exit 2.
usage_error() {
	printf '%s: %s\n' "$program" "$1" >&2
	exit 2
}

# logged NAME CMD…: runs a step with its output in build/logs/NAME.log, and shows the end of it when the step fails.
logged() {
	local log=$logs/$1.log
	shift
	mkdir -p "$logs"
	"$@" >"$log" 2>&1 </dev/null && return 0
	local status=$?
	tail -n 40 "$log" >&2
	printf '%s: failed: %s (everything it said is in %s)\n' "$program" "$*" "$log" >&2
	return "$status"
}

# need_setup: stops unless scripts/setup has been through.
need_setup() {
	[[ -f $venv/.setup-stamp && -x $venv/bin/python ]] || die "the tools are not set up here; run scripts/setup first"
	PATH=$venv/bin:$PATH
	export PATH
}
