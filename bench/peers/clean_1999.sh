#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# clean_1999 - peer A's clean-up, as cron ran it
#
#	clean_1999.sh STAMPS TABLE DEL
#
# find names the stamp files that are older than a quarter of an hour, rm removes them,
# and one call of DEL takes all of the addresses out of the table. LOG is the command
# that logs what was done. Nobody looks whether rm and DEL could be started at all: with
# too many names the kernel says "Argument list too long".
stamps=$1 table=$2 del=$3
log=${LOG:-logger -p mail.info -t cron.hourly}

cd "$stamps" || exit 1
old=$(find . -type f -mmin +15 | sed 's/^.*\///')
if [ -n "$old" ]; then
	# shellcheck disable=SC2086
	rm $old
	# shellcheck disable=SC2086
	"$del" "$table" del $old >/dev/null
	$log "removed $(echo "$old" | wc -l) addresses from access.db"
fi
