# SPDX-License-Identifier: BSD-2-Clause
"""sapdb check: nothing on a healthy host, and each planted fault by its own id alone."""

import struct
import unittest

from . import pam_scenario
from .planted import Fault, findings, finds_nothing, prepare, try_out
from .product import CONF, MAP, STATE, ProductHost, booted_product

CLIENT = "192.0.2.77"
OTHER = "192.0.2.99"
PAM = "/etc/pam.d/dovecot"
MODULE = "/lib/x86_64-linux-gnu/security/pam_sap.so"
CF = "/etc/mail/sendmail.cf"
AUTH_SYSTEM = "/etc/dovecot/conf.d/auth-system.conf.ext"
HASH_185 = struct.pack("=II", 0x061561, 2) + bytes(4096)
CDB = struct.pack("<II", 2048, 0) * 256  # 256 empty tables

# The line that the guide tells of, behind common-account.
LINE = "account optional pam_sap.so"
OWN_LINE = f"sed -i '/pam_sap/d' {PAM}; sed -i '/common-account/a {LINE}' {PAM}"
WHOLE_FILE = ("printf '@include common-%s\\n' auth account session "
              f">{PAM}; {OWN_LINE}")
OTHER_MODULE = (f"cp {MODULE} /root/m.so; chmod {{mode}} /root/m.so; "
                f"mount --bind /root/m.so {MODULE}")
WITH_OTHERS = (f"(makemap -u hash {MAP}; printf '%b') >/root/text; "
               f"makemap -f hash {MAP} </root/text")
MARKER = f"SAP:{OTHER}\\tDUNNO pam_sap {OTHER} RELAY\\n"
KEPT_TABLE = f"mv {MAP} /root/kept.db"
# What mended it made a table of the text alone.
TABLE_BACK = f"mv /root/kept.db {MAP}"

# What another line has mended already stays mended.
WORKER = ("printf 'service auth-worker {{\n user = {user}\n}}\n' >>/etc/dovecot/conf.d/{file}; ")

PAM_FAULTS = (
    Fault("no PAM line", "pam-line-missing", f"sed -i '/pam_sap/d' {PAM}", tidy=OWN_LINE),
    Fault("a PAM line behind a sufficient include", "pam-line-unreached",
          "echo 'account sufficient pam_unix.so' >/etc/pam.d/local-account; "
          f"sed -i 's/^@include common-account/account include local-account/' {PAM}",
          tidy="rm /etc/pam.d/local-account; "
          f"sed -i 's/^account .*local-account/@include common-account/' {PAM}"),
    Fault("a PAM line in common-session", "pam-line-common",
          f"sed -i '/pam_sap/d' {PAM}; "
          "echo 'session optional pam_sap.so' >>/etc/pam.d/common-session",
          restore=f"sed -i '/pam_sap/d' /etc/pam.d/common-session; {OWN_LINE}"),
    Fault("an account line before the include", "pam-line-early",
          f"sed -i -e '/pam_sap/d' -e '/common-account/i {LINE}' {PAM}", tidy=OWN_LINE),
    Fault("a session line, and no session", "dovecot-session",
          f"sed -i 's/^account .*pam_sap.so/session optional pam_sap.so/' {PAM}",
          tidy=f"sed -i 's/^  args = session=yes dovecot/  #args = dovecot/' {AUTH_SYSTEM}; "
          f"{OWN_LINE}; systemctl restart dovecot"),
    Fault("an argument with a mistake", "pam-line-argument",
          f"sed -i 's/pam_sap.so/& wait=2/' {PAM}", restore=OWN_LINE),
    Fault("a PAM line that is jumped over", "pam-line-jumped",
          f"sed -i -e '/pam_sap/d' -e 's/^@include common-account/account [success=1 "
          f"default=ignore] pam_unix.so\\n{LINE}/' {PAM}", restore=WHOLE_FILE),
    Fault("only an auth line, and no setcred", "pam-line-dead",
          f"sed -i 's/^account .*pam_sap.so/auth optional pam_sap.so/' {PAM}", tidy=OWN_LINE),
    Fault("an auth line behind a required one", "pam-line-after-required",
          "printf 'auth required pam_unix.so\nauth optional pam_sap.so\n' "
          f">>{PAM}", tidy=WHOLE_FILE),
    Fault("a PAM line for SMTP AUTH", "pam-line-foreign", f"echo {LINE} >>/etc/pam.d/smtp"),
    Fault("a service that the settings leave out", "pam-service-not-served",
          f"echo 'services = imap' >>/{CONF}", tidy=f"sed -i '$d' /{CONF}"),
    Fault("a line with a wrong path", "pam-module-missing",
          f"sed -i 's,pam_sap.so,/nowhere/&,' {PAM}", restore=OWN_LINE),
    Fault("a module for root alone", "pam-module-mode", OTHER_MODULE.format(mode=600),
          tidy=f"umount {MODULE}"),
    Fault("a module that all may write", "pam-module-writable", OTHER_MODULE.format(mode=666),
          tidy=f"umount {MODULE}"),
    Fault("a module that may not be executed", "pam-module-noexec",
          f"mount --bind {MODULE} {MODULE}; mount -o remount,bind,noexec {MODULE}",
          tidy=f"umount {MODULE}"),
    Fault("a cache in Dovecot", "dovecot-cache",
          "echo 'auth_cache_size = 1 M' >/etc/dovecot/conf.d/98-cache.conf; "
          f"sed -i 's/^  #args = dovecot/  args = cache_key=%u dovecot/' {AUTH_SYSTEM}; "
          + WORKER.format(user="dovecot", file="98-cache.conf")
          + WORKER.format(user="root", file="99-pam_sap.conf"),
          tidy="rm /etc/dovecot/conf.d/98-cache.conf /etc/dovecot/conf.d/99-pam_sap.conf; "
          f"sed -i 's/^  args = cache_key.*/  #args = dovecot/' {AUTH_SYSTEM}; "
          "systemctl restart dovecot"),
    Fault("a cache in Dovecot that outlives leases", "dovecot-cache-lifetime",
          "echo 'auth_cache_size = 1 M' >/etc/dovecot/conf.d/98-cache.conf; "
          f"sed -i 's/^  #args = dovecot/  args = cache_key=%u%r dovecot/' {AUTH_SYSTEM}",
          restore="rm /etc/dovecot/conf.d/98-cache.conf; "
          f"sed -i 's/^  args = cache_key.*/  #args = dovecot/' {AUTH_SYSTEM}"),
    Fault("an auth-worker that may not write", "dovecot-worker",
          "printf 'service auth-worker {\n user = dovecot\n}\n' "
          ">/etc/dovecot/conf.d/98-worker.conf",
          restore="rm /etc/dovecot/conf.d/98-worker.conf"),
    Fault("no PAM in Dovecot", "dovecot-no-pam",
          "sed -i 's/^!include auth-system/#&/' /etc/dovecot/conf.d/10-auth.conf"),
)
TABLE_FAULTS = (
    Fault("no table", "table-missing", KEPT_TABLE, tidy=TABLE_BACK),
    Fault("a btree", "table-type",
          f"{KEPT_TABLE}; makemap btree {MAP} </etc/mail/access", tidy=TABLE_BACK),
    Fault("a folder that its group may write", "table-folder-writable", "chmod g+w /etc/mail"),
    Fault("a table that everybody may write", "table-writable", f"chmod o+w {MAP}"),
    Fault("a table that a user owns", "table-owner", f"chown horn {MAP}",
          tidy=f"chown smmta:smmsp {MAP}"),
    Fault("a table that sendmail may not read", "table-mode", f"chown daemon:daemon {MAP}"),
    Fault("IPv6 in another form", "sendmail-ipv6-form",
          f"echo 'ipv6_form = compressed' >>/{CONF}", tidy=f"sed -i '/^ipv6_form/d' /{CONF}"),
    Fault("an optional table", "sendmail-table-optional", f"sed -i 's/^Kaccess hash /&-o /' {CF}",
          restore=f"sed -i 's/^Kaccess hash -o /Kaccess hash /' {CF}"),
    Fault("another table", "sendmail-other-table", f"sed -i '/^Kaccess/s/$/2/' {CF}",
          restore=f"sed -i '/^Kaccess/s/2$//' {CF}"),
    Fault("sendmail decides otherwise", "answer-differs",
          f"sed -i '/^SRelay_ok/a R$*\\t\\t$@ NO' {CF}",
          restore=f"sed -i '/^SRelay_ok/{{n;d}}' {CF}"),
    Fault("sendmail without access_db", "sendmail-no-access-db",
          "cp /etc/mail/sendmail.mc /root/kept.mc; "
          "sed -i '/access_db/d' /etc/mail/sendmail.mc; make -C /etc/mail",
          tidy="cp /root/kept.mc /etc/mail/sendmail.mc; make -C /etc/mail"),
    Fault("a marker without a record", "marker-without-record", WITH_OTHERS.replace("%b", MARKER)),
    Fault("a record without a lease", "record-without-lease",
          WITH_OTHERS.replace("%b", f"{OTHER}\\tRELAY\\n{MARKER}")),
    Fault("a lease without a record", "lease-without-record",
          f"makemap hash {MAP} </etc/mail/access"),
)
STATE_FAULTS = (
    Fault("a lease from the future", "lease-from-future",
          f"touch -d '1 hour' {STATE}/active/{CLIENT}",
          tidy=f"sapdb grant --user horn {CLIENT}"),
    Fault("a state folder that is not root's", "state-owner", f"chown nobody {STATE}"),
    Fault("a state folder that others may write", "state-mode", f"chmod go+w {STATE}/active"),
    Fault("a timer that did not run", "expiry-late", f"touch -d '-11 min' {STATE}/expired"),
    Fault("never covers all, in two halves", "never-covers-all",
          f"echo 'never = 0.0.0.0/1 128.0.0.0/1' >>/{CONF}", tidy=f"sed -i '$d' /{CONF}"),
    Fault("never covers all", "never-covers-all",
          f"echo 'never = 0.0.0.0/0 ::/0' >>/{CONF}", tidy=f"sed -i '$d' /{CONF}"),
    Fault("a setting with an unknown name", "conf-mistake",
          f"echo 'colour = red' >>/{CONF}", restore=f"sed -i '$d' /{CONF}"),
    Fault("settings that others may write", "conf-writable", f"chmod g+w /{CONF}"),
)
ALWAYS_FULL = "/run/systemd/system/pam_sap-commit.path.d"
UNIT_FAULTS = (
    Fault("a masked timer", "timer-masked", "systemctl mask --now pam_sap-expire.timer"),
    Fault("a stopped timer", "timer-stopped", "systemctl stop pam_sap-expire.timer"),
    Fault("a failed path unit", "path-failed",
          f"mkdir -p {ALWAYS_FULL}; printf '[Path]\\nDirectoryNotEmpty=/etc\\n"
          f"TriggerLimitIntervalSec=1h\\nTriggerLimitBurst=1\\n' >{ALWAYS_FULL}/full.conf; "
          "systemctl daemon-reload; systemctl restart pam_sap-commit.path; "
          "for i in $(seq 300); do systemctl -q is-failed pam_sap-commit.path && break; "
          "sleep 0.1; done",
          restore=f"rm -r {ALWAYS_FULL}; systemctl daemon-reload; "
          "systemctl reset-failed pam_sap-commit.path; systemctl start pam_sap-commit.path"),
    Fault("no run at a boot", "boot-run-disabled",
          "systemctl disable pam_sap-expire.service"),
    Fault("a sandbox that is too narrow", "unit-sandbox",
          "mkdir -p /run/systemd/system/pam_sap-commit.service.d; "
          "printf '[Service]\\nReadWritePaths=\\n' "
          ">/run/systemd/system/pam_sap-commit.service.d/a.conf; systemctl daemon-reload",
          restore="rm -r /run/systemd/system/pam_sap-commit.service.d; "
          "systemctl daemon-reload"),
    Fault("a sandbox that leaves two folders out", "unit-sandbox",
          "mkdir -p /run/systemd/system/pam_sap-commit.service.d; "
          "printf '[Service]\\nReadWritePaths=\\nStateDirectory=\\n' "
          ">/run/systemd/system/pam_sap-commit.service.d/a.conf; systemctl daemon-reload",
          tidy="rm -r /run/systemd/system/pam_sap-commit.service.d "
          "/etc/systemd/system/pam_sap-commit.service.d; systemctl daemon-reload"),
    Fault("sendmail was started before our boot run", "boot-run-late",
          "rm /run/pam_sap/first-run; systemctl start pam_sap-expire.service"),
    Fault("a masked path unit", "path-masked", "systemctl mask --now pam_sap-commit.path"),
    Fault("a stopped path unit", "path-stopped", "systemctl stop pam_sap-commit.path"),
    Fault("a timer for this boot only", "timer-disabled",
          "systemctl disable pam_sap-expire.timer"),
    Fault("a path unit for this boot only", "path-disabled",
          "systemctl disable pam_sap-commit.path"),
    Fault("another queue is watched", "path-folder",
          f"mkdir -p {ALWAYS_FULL}; printf '[Path]\nDirectoryNotEmpty=\n"
          f"DirectoryNotEmpty=/root/queue\n' >{ALWAYS_FULL}/a.conf; systemctl daemon-reload",
          tidy=f"rm -r {ALWAYS_FULL} /etc/systemd/system/pam_sap-commit.path.d; "
          "systemctl daemon-reload; systemctl restart pam_sap-commit.path"),
    Fault("a run that has failed", "expire-failed",
          f"echo 'colour = red' >>/{CONF}; systemctl start pam_sap-expire.service || true; "
          f"sed -i '$d' /{CONF}", restore="true"),
)

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.account_hook,
                          prepare)


class Check(unittest.TestCase):
    def setUp(self):
        host.sapdb("grant", "--user", "horn", CLIENT)
        finds_nothing(self, host)

    def test_a_healthy_host(self):
        self.assertIn("Nothing found. Looked at: settings,", host.sapdb("check"))
        told = host.sapdb("check", "-v")
        self.assertIn("looked at answers: the mail server's answer about 1 address\n", told)
        self.assertIn("nothing of Postfix: mta is not postfix\n", told)

    def test_session_lines_of_a_healthy_host(self):
        pam_scenario.session_hook(host)
        self.addCleanup(pam_scenario.account_hook, host)
        finds_nothing(self, host)

    def plant(self, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            with self.subTest(fault.label):
                try_out(self, host, fault)

    def test_pam(self):
        self.plant(PAM_FAULTS)

    def test_no_line_of_anothers_is_written_anew(self):
        """It decides who comes in: that is left to an editor."""
        for control, want in (("sufficient", "pam-line-unreached"),
                              ("[success=done default=ignore]", "pam-line-unreached"),
                              ("[success=1 default=ignore]", "pam-line-jumped")):
            with self.subTest(control):
                host.shell(f"printf '%s\\n' 'account {control} pam_unix.so' '{LINE}' "
                           f"'@include common-auth' >{PAM}")
                try:
                    found = findings(self, host)
                finally:
                    host.shell(WHOLE_FILE)
                self.assertEqual([one["id"] for one in found], [want])
                self.assertTrue(found[0]["mend"].startswith(f"${{EDITOR:-vi}} +1 {PAM} # "), found)

    def test_table(self):
        self.plant(TABLE_FAULTS)

    def test_files_that_are_no_table(self):
        for want, content in (("table-old-format", HASH_185), ("table-cdb", CDB)):
            (host.root / "root/planted.db").write_bytes(content)
            self.plant((Fault(want, want, f"{KEPT_TABLE}; cp /root/planted.db {MAP}",
                              tidy=TABLE_BACK),))

    def test_state(self):
        self.plant(STATE_FAULTS)

    def test_units(self):
        self.plant(UNIT_FAULTS)
