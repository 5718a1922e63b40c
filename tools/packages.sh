# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# packages.sh - sourced by the tools: install what they need from Debian, build

# shellcheck disable=SC2034 # for those that source this
BUILD_PACKAGES="gcc libc6-dev pkg-config meson ninja-build python3 libpam0g-dev libdb-dev liblmdb-dev
	libmnl-dev libjansson-dev libsystemd-dev"
# shellcheck disable=SC2034
HOST_PACKAGES="debootstrap systemd-container iproute2 procps"
# libldap and libsasl2: makemap is linked with them.
# shellcheck disable=SC2034
BENCH_PACKAGES="db5.3-util strace valgrind gnuplot-nox perl e2fsprogs xfsprogs btrfs-progs
	libldap-2.5-0 libsasl2-2"

# missing_packages PACKAGE... - those of them that are not installed
missing_packages() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || printf '%s\n' "$package"
	done
}

# with_dependencies PACKAGE... - all that apt would install for them
with_dependencies() {
	apt-get install -s -qq --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\).*/\1/p'
}

# agreed - ask on a terminal; elsewhere nobody is there to ask
agreed() {
	local answer
	[ -t 0 ] || return 0
	read -r -p "Go on? [Y/n] " answer
	case $answer in
	[nN]*) echo "Nothing was installed." >&2 && return 1 ;;
	esac
}

# install_packages YES PACKAGE... - list what will be installed, ask unless YES is
# "yes", install it
install_packages() {
	local yes=$1 missing log
	shift
	missing=$(missing_packages "$@")
	if [ -z "$missing" ]; then
		echo "All packages that this needs are installed."
		return 0
	fi
	log=$(mktemp)
	apt-get update >"$log" 2>&1 || { cat "$log" >&2 && return 1; }
	echo "These Debian packages will be installed, with what they need:"
	# shellcheck disable=SC2086
	with_dependencies $missing | sort | tr '\n' ' ' | fold -s -w 76 | sed 's/^/  /'
	echo
	[ "$yes" = yes ] || agreed || return 1
	# shellcheck disable=SC2086
	if ! DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		$missing </dev/null >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		echo "apt-get could not install them; all that it said is in $log" >&2
		return 1
	fi
	rm -f "$log"
}

# take_out_makemap FOLDER - print the path of Debian's makemap, unpacked into the folder:
# to install its package would make this machine a mail server
take_out_makemap() {
	local log=$1/log
	mkdir -p "$1/root"
	# Without a list of packages it can't be found.
	if ! (cd "$1" && { apt-get download sendmail-bin || { apt-get update &&
		apt-get download sendmail-bin; }; } && dpkg-deb -x sendmail-bin_*.deb root) >"$log" 2>&1; then
		cat "$log" >&2
		return 1
	fi
	echo "$1/root/usr/libexec/sendmail/makemap"
}

# own_cache - the folder where a user's own builds are kept, with or without $HOME
own_cache() {
	local cache=${XDG_CACHE_HOME:-~/.cache}
	printf '%s/pam_sap\n' "$cache"
}

# build_in FOLDER OPTION... - set up and build; the log is shown when it fails
build_in() {
	local folder=$1 source made_of
	shift
	source=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
	made_of=$(printf '%s\n' "$source" "CC=${CC:-}" "$@")
	# Another clone's build, one with other options or one broken off: begin anew.
	if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/made_of" 2>/dev/null)" != "$made_of" ]; then
		rm -rf "$folder"
		mkdir -p "$folder"
		printf '%s\n' "$made_of" >"$folder/made_of"
		meson setup "$@" "$folder" "$source" >"$folder/build.log" 2>&1 || return "$(build_failed "$folder")"
	fi
	ninja -C "$folder" >>"$folder/build.log" 2>&1 || return "$(build_failed "$folder")"
}

# build_failed FOLDER - say so; prints the exit status
build_failed() {
	tail -n 40 "$1/build.log" >&2
	echo "The build failed; all of it is in $1/build.log" >&2
	echo 1
}
