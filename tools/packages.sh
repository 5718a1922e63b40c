# SPDX-License-Identifier: BSD-2-Clause
# packages.sh - sourced by the tools: install what they need from Debian, and say so.

BUILD_PACKAGES="gcc libc6-dev pkg-config meson ninja-build python3 libpam0g-dev libdb-dev libjansson-dev"
HOST_PACKAGES="debootstrap systemd-container iproute2 procps"

# missing_packages PACKAGE... - those of them that are not installed
missing_packages() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || printf '%s\n' "$package"
	done
}

# install_packages YES PACKAGE... - list what is missing, ask on a terminal unless YES
# is "yes", install it
install_packages() {
	local yes=$1 missing answer
	shift
	missing=$(missing_packages "$@")
	if [ -z "$missing" ]; then
		echo "All packages that this needs are installed."
		return 0
	fi
	echo "These Debian packages will be installed:"
	# shellcheck disable=SC2086
	printf '  %s\n' $missing
	if [ "$yes" != yes ] && [ -t 0 ]; then
		read -r -p "Go on? [Y/n] " answer
		case $answer in
		[nN]*) echo "Nothing was installed." >&2 && return 1 ;;
		esac
	fi
	apt-get update -qq || return 1
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$missing </dev/null >"${APT_LOG:-/dev/null}" 2>&1 ||
		{ echo "apt-get could not install them; see ${APT_LOG:-its own output}" >&2 && return 1; }
}

# build_in FOLDER OPTION... - set up (once) and build; the log is shown when it fails
build_in() {
	local folder=$1 source
	shift
	source=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
	mkdir -p "$folder"
	if ! { [ -f "$folder/build.ninja" ] || meson setup "$@" "$folder" "$source"; } \
		>"$folder/build.log" 2>&1 || ! ninja -C "$folder" >>"$folder/build.log" 2>&1; then
		tail -n 40 "$folder/build.log" >&2
		echo "The build failed; all of it is in $folder/build.log" >&2
		return 1
	fi
}
