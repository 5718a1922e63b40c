# SPDX-License-Identifier: BSD-2-Clause
"""pam_scenario - the two ways to put pam_sap.so into Dovecot's PAM stack.

    session_hook(host)   a `session` line in /etc/pam.d/pop3 and imap; Dovecot is
                         told to open sessions, by the service's own name
    account_hook(host)   an `account` line in /etc/pam.d/dovecot; Dovecot's own
                         configuration is not touched
    stock(host)          as Debian ships it

Each begins with the stock host, so one can follow the other. They work before
boot() and after it; then Dovecot is restarted, and is ready on return.
"""

import re

from .host import Host

SERVICES = ("pop3", "imap")
PAM = "etc/pam.d"
AUTH_SYSTEM = "etc/dovecot/conf.d/auth-system.conf.ext"
STOCK_ARGS = "  #args = dovecot\n"
SESSION_ARGS = "  args = session=yes %s\n"


def session_hook(host: Host, arguments: str = "") -> None:
    """Scenario (a); `arguments` are the module's."""
    _remove(host)
    for service in SERVICES:
        (host.root / PAM / service).write_text(
            "@include common-auth\n@include common-account\n"
            f"session optional pam_sap.so {arguments}\n")
    _replace(host, AUTH_SYSTEM, re.escape(STOCK_ARGS), SESSION_ARGS)
    _restart(host)


def account_hook(host: Host, arguments: str = "") -> None:
    """Scenario (b); `arguments` are the module's."""
    _remove(host)
    _replace(host, f"{PAM}/dovecot", r"(@include common-account\n)",
             rf"\1account optional pam_sap.so {arguments}\n")
    _restart(host)


def stock(host: Host) -> None:
    """Neither."""
    _remove(host)
    _restart(host)


def _remove(host: Host) -> None:
    for service in SERVICES:
        (host.root / PAM / service).unlink(missing_ok=True)
    _replace(host, f"{PAM}/dovecot", r"account .*pam_sap\.so.*\n", "", at_least=0)
    _replace(host, AUTH_SYSTEM, re.escape(SESSION_ARGS), STOCK_ARGS, at_least=0)


def _replace(host: Host, name: str, pattern: str, text: str, at_least: int = 1) -> None:
    path = host.root / name
    changed, count = re.subn(pattern, text, path.read_text(), count=1)
    if count < at_least:
        raise LookupError(f"{path} is not what Debian 12 ships: no {pattern!r}")
    path.write_text(changed)


def _restart(host: Host) -> None:
    if host.booted:
        host.run("systemctl", "restart", "dovecot.service")
