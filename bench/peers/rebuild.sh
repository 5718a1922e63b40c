#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# rebuild - peer C: append the address to the text file and compile all of it
#
#	rebuild.sh MAKEMAP TEXT TABLE ADDRESS [SENDMAIL_CF]
#
# As Debian's make in /etc/mail does: makemap into a new file, then mv over the table, so
# that it is whole at each instant. One at a time, or a line would be lost.
set -eu
makemap=$1 text=$2 table=$3 address=$4
exec 9>>"$text"
flock 9
printf '%s\tRELAY\n' "$address" >&9
"$makemap" -C "${5:-/etc/mail/sendmail.cf}" hash "$table.new.db" <"$text"
mv "$table.new.db" "$table"
