# SPDX-License-Identifier: BSD-2-Clause
"""page_uses - what is done with each block of the pages that a reader follows.

USES[page] has a row for each block of the page, in its order: how it begins, and its use.

    Run     typed into root's shell, line by line
    Put     written into the file that the text names
    Own     by a function of the page's own test
    Leave   not at all: why

layers/test_pages compares it with the pages, so that a new block needs a row here.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

Change = Callable[[str, str], str]  # a file's text and the block's; the new text


class Run(NamedTuple):
    ends: Mapping[str, int] = {}  # the exit status, where it is not 0


class Put(NamedTuple):
    paths: tuple[str, ...]
    change: Change
    opens: bool = False  # from then on a login opens the relay


class Own(NamedTuple):
    pass


class Leave(NamedTuple):
    why: str


Use = Run | Put | Own | Leave
Row = tuple[str, Use]


def whole(_old: str, new: str) -> str:
    return new


def at_end(old: str, new: str) -> str:
    return old + new


def by_name(old: str, new: str) -> str:
    """Its settings in the place of those of the same name."""
    for name in re.findall(r"^(\w+)\s*[=:]", new, re.M):
        old = re.sub(rf"^{name}\s*[=:].*\n(?:[ \t]+\S.*\n)*", "", old, flags=re.M)
    return old + new


def over(pattern: str) -> Change:
    """In the place of what matches, which has to be there."""
    def change(old: str, new: str) -> str:
        changed, count = re.subn(pattern, lambda _found: new, old, count=1, flags=re.M | re.S)
        if count == 0:
            raise LookupError(f"no {pattern!r} in:\n{old}")
        return changed
    return change


def behind_account(old: str, new: str) -> str:
    """The line of ours that is there goes."""
    common = "@include common-account\n"
    kept = re.sub(r"^.*pam_(sap|succeed_if)\.so.*\n", "", old, flags=re.M)
    return over(re.escape(common))(kept, common + new)


def before_account(_old: str, new: str) -> str:
    """Lines of the type auth, in a file with nothing else of ours."""
    return new + "@include common-account\n"


def pam(*services: str, how: Change = whole) -> Put:
    return Put(tuple(f"/etc/pam.d/{service}" for service in services), how, opens=True)


def pam_without_login(*services: str) -> Put:
    """Nothing is there yet that would ask these."""
    return pam(*services)._replace(opens=False)


CONF = "/etc/security/pam_sap.conf"
SETTING = Put((CONF,), by_name)
STACK = "@include common-auth"
LINE = "-account optional pam_sap.so"
OUR_LINE = over(r"^[^\n]*pam_sap\.so[^\n]*\n")
AUTH_SYSTEM = Put(("/etc/dovecot/conf.d/auth-system.conf.ext",), over(r"^passdb \{.*?^\}\n"))
INETD = Put(("/etc/inetd.conf",), whole)
DROP_IN = "/etc/systemd/system/{}"
SHOWN = Run({"sapdb setup sendmail dovecot": 1})  # it would change something
NO_DRAC = Leave("the page says that neither way has been tried")
BY_INETD = ("# /etc/inetd.conf", INETD), ("systemctl restart inetd", Run())

USES: dict[str, tuple[Row, ...]] = {
    "README.md": (
        ("apt install build-essential && apt build-dep ./", Run()),
        ("sapdb setup sendmail dovecot", SHOWN),
        ("sapdb setup --remove sendmail dovecot", Run()),
        ("sudo tools/demo", Own()),
    ),
    "docs/guide/README.md": (
        ("sapdb setup sendmail dovecot", SHOWN),
        ("sapdb check", Run()),
        ("sapdb status", Run()),
    ),
    "docs/guide/addresses.md": (
        ("never = 192.0.2.25 2001:db8::25", SETTING),
        ("ipv6_prefix = 64", SETTING),
        ("hold_open    = yes", SETTING),
    ),
    "docs/guide/courier.md": (
        ('authmodulelist="authpam"', Put(("/etc/courier/authdaemonrc",), by_name)),
        (STACK, pam("pop3", "imap")),
        ("systemctl restart courier-authdaemon", Run()),
        ("grep ^authmodulelist= /etc/courier/authdaemonrc", Run()),
    ),
    "docs/guide/cyrus.md": (
        ("START=yes", Put(("/etc/default/saslauthd",), by_name)),
        ("sasl_pwcheck_method: saslauthd", Put(("/etc/imapd.conf",), by_name)),
        (STACK, pam_without_login("pop", "imap")),
        ("systemctl enable saslauthd", Run()),
        ("ps -C saslauthd -o user,args", Run()),
        (f"{LINE}  peer=rhost,stdin,unix services=imap,pop", pam("pop", "imap", how=OUR_LINE)),
    ),
    "docs/guide/dovecot.md": (
        (STACK, pam("dovecot")),
        ("passdb {", AUTH_SYSTEM),
        ("passdb pam {", Leave("Dovecot 2.4; Debian 12 has 2.3")),
        (STACK, pam_without_login("pop3", "imap")),
        (STACK, pam_without_login("sieve", "submission", "smtp")),
        ("systemctl restart dovecot", Run()),
        ("doveconf passdb auth_cache_size", Run()),
        ("groupadd --system sapqueue", Run()),
        ("queue_group = sapqueue", SETTING),
        ("service auth-worker {", Put(("/etc/dovecot/conf.d/10-master.conf",), at_end)),
        ("systemctl start pam_sap-expire.service", Run()),
    ),
    "docs/guide/exim.md": (
        ("mta = exim", SETTING),
        ("sapdb expire", Run()),
        ("MAIN_RELAY_NETS = 127.0.0.1 : ::::1 : net-dbmnz;/var/lib/pam_sap/map/relay.db",
         Put(("/etc/exim4/exim4.conf.localmacros",), whole)),
        ("hostlist relay_from_hosts = 127.0.0.1 : ::::1 : net-dbmnz;/var/lib/pam_sap/map/relay.db",
         Leave("for a configuration of one's own; the list is the macro's")),
        ("update-exim4.conf", Run()),
        ("exim4 -bP macro MAIN_RELAY_NETS", Run()),
        ('>>> host in "+relay_from_hosts"? yes (matched "+relay_from_hosts")', Own()),
        ("sapdb revoke 192.0.2.77", Run()),
        ("${if exists{/var/lib/pam_sap/map/relay.db}{net-dbmnz;/var/lib/pam_sap/map/relay.db}}",
         Own()),
    ),
    "docs/guide/from-source.md": (
        ("apt install gcc meson pkg-config libpam0g-dev libdb-dev liblmdb-dev libmnl-dev"
         " libjansson-dev \\", Run()),
        ("grep access_db /etc/mail/sendmail.mc", Run()),
        ("systemctl enable --now pam_sap-expire.timer pam_sap-commit.path", Run()),
        (LINE, pam("dovecot", how=behind_account)),
        ("passdb {", AUTH_SYSTEM),
        (STACK, pam_without_login("pop3", "imap")),
        ("systemctl restart dovecot", Run()),
        ("sapdb check", Run()),
        ("sapdb status", Run()),
        ("mkdir -p /etc/systemd/system/dovecot.service.d", Run()),
        ("sapdb revoke --all", Run()),
    ),
    "docs/guide/host.md": (
        ("# /etc/systemd/system/dovecot.service.d/pam_sap.conf",
         Put((DROP_IN.format("dovecot.service.d/pam_sap.conf"),), whole)),
        ("ausearch -m avc -ts recent | grep -e pam_sap -e sapdb -e access.db",
         Leave("SELinux, which Debian 12 has not")),
        ("/var/lib/pam_sap/** rwkl,", Leave("AppArmor: the page says that it was not tried")),
        ("# pam_sap.conf, where Debian's prometheus-node-exporter is", SETTING),
        ("systemctl is-enabled pam_sap-expire.service pam_sap-expire.timer pam_sap-commit.path",
         Run()),
        ("sapdb expire", Run()),
        ("* * * * * root /usr/sbin/sapdb expire --unattended >/dev/null", Own()),
    ),
    "docs/guide/mailutils.md": (
        ("auth {", Put(("/etc/mailutils.conf",), over(r"^auth \{.*?^\};\n"))),
        (STACK, pam("mailutils")),
        (f"{LINE}  peer=rhost,stdin,fds",
         Put(("/etc/pam.d/mailutils",), OUR_LINE)),
        ("systemctl restart mailutils-pop3d mailutils-imap4d", Run()),
        ('grep -A3 "^auth" /etc/mailutils.conf', Run()),
        ("no client address: service mailutils: ...; set peer = rhost stdin fds in pam_sap.conf"
         " or on the", Own()),
        ("# /etc/systemd/system/mailutils-pop3d.service.d/foreground.conf",
         Put((DROP_IN.format("mailutils-pop3d.service.d/foreground.conf"),), whole)),
        ("program pop3d {", Put(("/etc/mailutils.conf",), over(r"^program pop3d.*\Z"))),
    ),
    "docs/guide/moving-over.md": (
        ("sapdb rebuild --dry-run /etc/mail/access",
         Run({"sapdb rebuild --dry-run /etc/mail/access": 0})),
        ("systemctl disable --now pop-before-smtp", Leave("Debian 12 has it not any more")),
    ),
    "docs/guide/operations.md": (
        ("sapdb status", Run()),
        (r"journalctl -g '192\.0\.2\.77 .*user'", Run()),
        ("journalctl -t sapdb", Run()),
        ("journalctl -o json SAP_EVENT=opened", Run()),
        ("sapdb rebuild /etc/mail/access", Run()),
        ("metrics_file = /var/lib/prometheus/node-exporter/pam_sap.prom", SETTING),
    ),
    "docs/guide/pam-line.md": (
        (LINE, pam("dovecot", how=behind_account)),
        (STACK, pam("dovecot")),
        ("auth     include   password-auth", Leave("the stacks of Fedora")),
        ("auth     requisite  pam_unix.so",
         Leave("Dovecot calls no setcred; uw-qpopper.md has the same lines")),
        (f"{LINE}  peer=rhost,stdin,unix never=192.0.2.25",
         pam("dovecot", how=behind_account)),
        ("account  [success=ignore default=1]  pam_succeed_if.so quiet user ingroup popsmtp",
         pam("dovecot", how=behind_account)),
        ("account  [success=1 default=ignore]  pam_succeed_if.so quiet user in guest:demo",
         pam("dovecot", how=behind_account)),
    ),
    "docs/guide/popa3d.md": (
        (STACK, pam("popa3d")),
        *BY_INETD,
        ("sapdb status", Run()),
        ("ports = 110 143 993 995 1110", SETTING),
    ),
    "docs/guide/postfix.md": (
        ("apt install postfix-lmdb", Run()),
        ("mta = postfix", SETTING),
        ("sapdb expire", Run()),
        ("smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated",
         Put(("/etc/postfix/main.cf",), by_name)),
        ("postfix reload", Run()),
        ("sapdb grant 192.0.2.77", Run()),
        ("map = hash:/var/lib/pam_sap/map/relay.db", SETTING),
        ("check_client_access hash:/var/lib/pam_sap/map/relay",
         Put(("/etc/postfix/main.cf",), over(r"check_client_access \S+\n"))),
    ),
    "docs/guide/sendmail.md": (
        ("FEATURE(`access_db', , `skip')dnl", Own()),
        ("make -C /etc/mail", Run()),
        ("grep '^Kaccess' /etc/mail/sendmail.cf", Run()),
        ("key_tag = connect:", SETTING),
        ("sapdb rebuild /etc/mail/access", Run()),
        ("# All but the access table is made as /etc/mail/Makefile says.",
         Put(("/etc/mail/GNUmakefile",), whole)),
        ("map = hash:/var/lib/pam_sap/map/relay.db", NO_DRAC),
        ("FEATURE(`drac', `hash /var/lib/pam_sap/map/relay')dnl", NO_DRAC),
    ),
    "docs/guide/solid-pop3d.md": (
        (STACK, pam("solid-pop3d")),
        (STACK, pam("solid-pop3d")),
        *BY_INETD,
        ("sapdb status", Run()),
    ),
    "docs/guide/uw-qpopper.md": (
        (STACK, pam("pop")),
        ("account    required   /lib/security/pam_unix.so",
         Leave("perdition is a proxy; its host has no mailboxes")),
        ("sapdb status", Run()),
        ("auth     requisite  pam_unix.so", pam("pop", how=before_account)),
    ),
    "docs/guide/what-it-is-not.md": (),
}

# What stands within the text: as it is typed there, by the test that types the page.
INLINE: dict[str, dict[str, str | Leave]] = {
    "README.md": {"apt install postfix-lmdb": Leave("for Postfix")},
    "docs/guide/README.md": {"sapdb status ADDRESS": "sapdb status 192.0.2.77; test $? -le 1"},
    "docs/guide/exim.md": {"sapdb setup --apply exim": "sapdb setup --apply exim"},
    "docs/guide/addresses.md": {
        "sapdb revoke --user NAME": "sapdb revoke --user horn",
        "sapdb block 198.51.100.0/24": "sapdb block 198.51.100.0/24",
        "sapdb grant --for": "sapdb grant --for 2h 192.0.2.40",
    },
    "docs/guide/courier.md": {"authtest USER PASSWORD": "authtest horn sesam"},
    "docs/guide/cyrus.md": {
        "testsaslauthd -s imap -u USER -p PASSWORD": "testsaslauthd -s imap -u horn -p sesam"},
    "docs/guide/dovecot.md": {
        "doveadm auth test USER": "doveadm auth test horn sesam",
        "doveadm auth test -x rip=192.0.2.77 USER":
            "doveadm auth test -x rip=192.0.2.77 horn sesam"},
    "docs/guide/host.md": {
        "chmod 640": Leave("for tables of Postfix' and Exim's"),
        "chgrp Debian-exim": Leave("for tables of Postfix' and Exim's"),
        "postmap -q": Leave("for tables of Postfix'"),
        "systemctl daemon-reload": "systemctl daemon-reload"},
    "docs/guide/moving-over.md": {
        "make -C /etc/mail": "make -C /etc/mail",
        "postfix reload": Leave("for Postfix"),
        "rm -r /etc/mail/popips": "mkdir /etc/mail/popips; rm -r /etc/mail/popips"},
    "docs/guide/operations.md": {
        "rm /etc/mail/GNUmakefile": "touch /etc/mail/GNUmakefile; rm /etc/mail/GNUmakefile",
        "rm /etc/mail/access.db": "rm /etc/mail/access.db; make -C /etc/mail; sapdb expire",
        "apt install": Leave("typed with README.md"),
        "apt remove": Leave("typed with README.md, as purge"),
        "make -C /etc/mail": "make -C /etc/mail",
        "modprobe tcp_diag": Leave("the kernel is not the host's own"),
        "sapdb insert KEY VALUE": "sapdb insert typed.example OK",
        "sapdb delete KEY": "sapdb delete typed.example",
        "sapdb revoke --all": "sapdb grant 192.0.2.77; sapdb revoke --all",
        "sapdb setup --remove": "sapdb setup --remove",
        "systemctl enable --now pam_sap-commit.path": "systemctl enable --now pam_sap-commit.path",
        "systemctl enable --now pam_sap-expire.timer":
            "systemctl enable --now pam_sap-expire.timer pam_sap-expire.service"},
    "docs/guide/postfix.md": {
        "sapdb setup --apply postfix": "sapdb setup --apply postfix",
        "postfix non-bdb enable-redirect": Leave("Postfix 3.11; Debian 12 has 3.7"),
        "sapdb -m lmdb:PATH list": "sapdb -m lmdb:/var/lib/pam_sap/map/relay.lmdb list",
        "sapdb rebuild TEXT":
            "echo typed.example OK >text; sapdb rebuild text; sapdb delete typed.example"},
    "docs/guide/sendmail.md": {
        "sapdb rebuild --dry-run /etc/mail/access": "sapdb rebuild --dry-run /etc/mail/access",
        "sapdb setup sendmail": "sapdb setup sendmail",
        "sapdb status ADDRESS": "sapdb grant 192.0.2.77; sapdb status 192.0.2.77",
        "sapdb insert connect:192.0.2.77 REJECT":
            "sapdb insert connect:192.0.2.77 REJECT; sapdb delete connect:192.0.2.77",
        "makemap -u": "makemap -u hash /etc/mail/access"},
    "docs/guide/what-it-is-not.md": {
        "sapdb grant --for 2h 192.0.2.40": "sapdb grant --for 2h 192.0.2.40"},
}
