# What every suite begins with: common.sh, the folder for its reports, and `check` for suites that are lists of commands.
# Sourced, not run: . "$(dirname "${BASH_SOURCE[0]}")/../suite.sh"
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
report=${SBX_REPORT:-$root/build/reports/$program}
mkdir -p "$report"
checks_failed=0
cd "$root" || exit
need_setup

# check NAME CMD…: runs a command and counts it as passed or failed.
check() {
	local name=$1
	shift
	printf -- '--- %s\n' "$name"
	if "$@"; then
		printf 'ok %s\n' "$name" >>"$report/list.checks"
	else
		printf 'not ok %s (exit status %s)\n' "$name" "$?" | tee -a "$report/list.checks"
		checks_failed=1
	fi
}

# What runs tests in Python, and the same where each warning is an error, and what is not closed is told.
test_python=(python)
strict_python=(python -X dev -W error)

# pytest_suite NAME ARG…: pytest with a report, in the environment of scripts/run.
pytest_suite() {
	local name=$1
	shift
	"$root/scripts/run" "${test_python[@]}" -m pytest -q -ra -p no:cacheprovider --junitxml="$report/$name.xml" "$@"
}

# ctest_suite PRESET ARG…: the unit tests of one build, with a report.
ctest_suite() {
	local preset=$1
	shift
	ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" --timeout 120 \
		--output-junit "$report/ctest-$preset.xml" "$@"
}
