# SPDX-License-Identifier: BSD-2-Clause
"""makemap and postmap for `sapdb rebuild`, as scripts in a folder of the test's.

makemap is sendmail's own where SAP_MAKEMAP names it, with a sendmail.cf of the folder's;
elsewhere db5.3_load has its part. postmap is played: a booted host has the real one.
"""

import os
from pathlib import Path

MAKEMAP = Path(os.environ.get("SAP_MAKEMAP", "/usr/sbin/makemap"))

# Either gets TYPE BASE and the text on its standard input.
LOAD = r"""
split='s/^\([^ \t]*\)[ \t][ \t]*\(.*\)$/\1\n\2/'
case $1 in
lmdb)
	{ printf 'VERSION=3\nformat=print\ntype=btree\nHEADER=END\n'
	  sed -e "$split" | sed -e 's/^/ /'
	  echo DATA=END; } | mdb_load -n "$2.lmdb"
	rm -f "$2.lmdb-lock" ;;
*) sed -e "$split" | db5.3_load -T -t "$1" "$2.db" ;;
esac
"""


def _script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh -eu\n" + text, encoding="ascii")
    path.chmod(0o755)
    return path


def makemap(folder: Path) -> Path:
    cf = folder / "sendmail.cf"
    if not MAKEMAP.exists():
        return _script(folder / "makemap", LOAD)
    cf.write_text("", encoding="ascii")
    return _script(folder / "makemap", f'''status=0
{MAKEMAP} -C {cf} "$@" 2>"$2.said" || status=$?
grep -v "World writable directory" "$2.said" >&2 || true  # /tmp is one
exit $status
''')


def postmap(folder: Path) -> Path:
    return _script(folder / "postmap",
                   'base=${1#*:}\nset -- "${1%%:*}" "$base"\nexec <"$base"\n' + LOAD)
