#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install_conf.sh FILE FOLDER - install the default settings, but over nothing
set -eu
target="${DESTDIR:-}$2/$(basename "$1")"
if [ -e "$target" ]; then
	echo "Keeping $target"
else
	install -D -m 644 "$1" "$target"
fi
