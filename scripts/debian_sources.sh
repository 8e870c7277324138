# Files of Debian's source packages, checked by their SHA-256. Sourced after common.sh.
# shellcheck shell=bash

# is_whole FILE SUM: whether a file is there and is the one that is meant.
is_whole() {
	sha256sum --status -c - <<<"$2  $1" 2>/dev/null
}

# fetch_debian_source PATH SUM FOLDER: a file below pool/main of a Debian archive, from whichever of apt's package sources
# here has it.
fetch_debian_source() {
	local path=$1 sum=$2 folder=$3 repository place repositories
	local file=$folder/${path##*/}
	mkdir -p "$folder"
	! is_whole "$file" "$sum" || return 0
	# shellcheck disable=SC2016 # apt fills that in
	mapfile -t repositories < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u)
	for repository in "${repositories[@]}"; do
		# The second is where the archive of security updates has them.
		for place in pool/main pool/updates/main; do
			logged "fetch-${path##*/}" /usr/lib/apt/apt-helper -o Acquire::Retries=1 download-file \
				"${repository%/}/$place/$path" "$file" "SHA256:$sum" 2>/dev/null || true
			! is_whole "$file" "$sum" || return 0
		done
	done
	return 1
}
