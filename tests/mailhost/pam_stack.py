# SPDX-License-Identifier: BSD-2-Clause
"""pam_stack - the line of pam_sap.so in the daemon's own files of /etc/pam.d.

    hook(host, "account", ("pop3", "imap"))
    hook(host, "auth", ("solid-pop3d",), "peer=stdin")

As the guide says: behind `@include common-TYPE`, or the last line of that type, so that
ours is reached only by what the others have let pass. A line of an earlier call goes. A
daemon reads its file at each login: nothing has to be restarted.
"""

import re
from collections.abc import Iterable

from .host import Host

PAM = "etc/pam.d"


def hook(host: Host, kind: str, services: Iterable[str], arguments: str = "") -> None:
    """`kind` is account or auth; it then calls acct_mgmt or setcred."""
    for service in services:
        path = host.root / PAM / service
        path.write_text(_with_line(path.read_text(), kind, arguments))


def _with_line(text: str, kind: str, arguments: str) -> str:
    lines = [line for line in text.splitlines() if "pam_sap.so" not in line]
    its = [n for n, line in enumerate(lines)
           if re.match(rf"{kind}\s|@include\s+common-{kind}\b", line)]
    if not its:
        raise LookupError(f"no {kind} line to stand behind:\n{text}")
    lines.insert(its[-1] + 1, f"{kind} optional pam_sap.so {arguments}".rstrip())
    return "\n".join([*lines, ""])
