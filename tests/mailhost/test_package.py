# SPDX-License-Identifier: BSD-2-Clause
"""The package's story, as README tells it: from a clone to a login, and away again."""

import os
import re
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .earning import REFUSED, log_in
from .package import PackageHost, build, lint, missing_tools, raised
from .product import CONF, DROP_IN, MAP, STATE, UNITS
from .waiting import wait_for

CLIENT, OTHER = "192.0.2.77", "192.0.2.78"
NEWER = "0.2.0+1"
DOVECOT = "etc/pam.d/dovecot"
SILENT, LOUD = "-account optional pam_sap.so", "account optional pam_sap.so"
COMMON = "@include common-account\n"
# Found before the one of the package: it waits when it has done its work.
STOPS, REVOKED = "usr/local/sbin/sapdb", "/run/revoked"
PATH = "-o DPkg::Path=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
STOPPING = f"""#!/bin/sh
/usr/sbin/sapdb "$@"; status=$?
: >{REVOKED}
timeout 60 sh -c 'while [ -e {REVOKED} ]; do sleep 0.05; done'
exit $status
"""
NO_MODULE = "pam_sap"  # what libpam says of a module that is not there names it

host: PackageHost


def setUpModule() -> None:
    global host
    missing = missing_tools()
    if missing:
        raise unittest.SkipTest(f"skipped: {', '.join(missing)} not installed")
    folder = tempfile.TemporaryDirectory(dir="/var/tmp")
    unittest.addModuleCleanup(folder.cleanup)
    first, second = Path(folder.name, "first"), Path(folder.name, "second")
    first.mkdir()
    second.mkdir()
    changes = build(first)
    said = lint(changes)
    if said:
        raise AssertionError(f"lintian:\n{said}")
    raised(first, second, NEWER)
    host = PackageHost()
    unittest.addModuleCleanup(host.stop)
    host.bring("first", first)
    host.bring("second", second)


def readme_lines(begin: str) -> list[str]:
    """The lines that README has its reader type."""
    text = (Path(os.environ["SAP_SOURCE"]) / "README.md").read_text()
    part = re.search(r"^## Install it\n(.*?)^## ", text, re.M | re.S)[1]
    return re.findall(rf"^    ({begin}.*)$", part, re.M)


class Story(unittest.TestCase):
    """Each step goes on where the one before ended."""

    def test_from_the_clone_to_the_purge(self):
        for step in (self.a_bare_root, self.installed, self.set_up, self.opened, self.upgraded,
                     self.line_taken_out, self.removed, self.purged,
                     self.purged_at_once_with_its_line_left, self.not_while_the_table_is_damaged):
            step()

    def done(self, words: str) -> str:
        """apt has done it."""
        done = host.apt(words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def reply(self, address: str) -> int:
        return host.client.relay_reply(source=address).code

    def nothing_left(self) -> None:
        self.assertEqual(host.left(), [])
        self.assertEqual([key for key in host.records() if key.lower().startswith("sap:")], [])
        self.assertFalse(host.inside("/run/pam_sap").exists())
        units = host.run("systemctl", "list-units", "--all", "--plain", "--no-legend",
                         "pam_sap*").stdout
        self.assertEqual([line for line in units.splitlines() if " not-found " not in line], [])

    def a_bare_root(self):
        """Nothing runs, and there is no mail server: installed and purged all the same."""
        mail = host.root / "etc/mail"
        mail.rename(mail.with_name("mail.away"))
        try:
            done = host.unbooted("dpkg -i /root/debs/first/*.deb; test -x /usr/sbin/sapdb;"
                                 "dpkg --purge libpam-sap sapdb")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(host.left(), [])
        finally:
            mail.with_name("mail.away").rename(mail)

    def installed(self):
        host.boot()
        type(self).dovecot = (host.root / DOVECOT).read_text()
        self.assertIn(self.reply(CLIENT), REFUSED)
        self.done("install -y ./first/*.deb")
        for unit in UNITS:
            self.assertEqual(host.run("systemctl", "is-enabled", unit).stdout, "enabled\n")
        self.assertEqual(host.failed_units(), [])
        self.assertEqual((host.root / DOVECOT).read_text(), self.dovecot)

    def set_up(self):
        show, apply, _remove = readme_lines("sapdb setup ")
        shown = host.run(*show.split(), check=False)
        self.assertEqual(shown.returncode, 1, shown)
        self.assertIn(f"+{SILENT}\n", shown.stdout)
        host.run(*apply.split())
        self.assertEqual(host.run(*show.split()).stdout, "nothing to do\n")

    def opened(self):
        log_in(host, CLIENT)
        self.assertEqual(self.reply(CLIENT), 250)
        self.assertEqual(host.problems(), [])
        for line in readme_lines("sapdb check"):
            self.assertIn("Nothing found.", host.run(*line.split()).stdout)

    def upgraded(self):
        conf = host.root / CONF
        conf.write_text(conf.read_text() + "lifetime = 20min\n")
        before = conf.read_text(), host.lease("active", CLIENT).read_text()
        self.done("install -y ./second/*.deb")
        self.assertEqual((conf.read_text(), host.lease("active", CLIENT).read_text()), before)
        self.assertEqual(host.run("dpkg-query", "-Wf", "${Version}", "libpam-sap").stdout, NEWER)
        self.assertEqual(self.reply(CLIENT), 250)
        self.assertEqual(host.run("systemctl", "is-active", UNITS[0]).stdout, "active\n")
        self.assertEqual(host.log(f"removed {CLIENT}"), [])

    def line_taken_out(self):
        host.sapdb("setup", "--remove", "dovecot")
        self.assertEqual((host.root / DOVECOT).read_text(), self.dovecot)
        self.assertEqual(self.reply(CLIENT), 250, "the lease goes on")

    def removed(self):
        """A login comes when the leases have been ended and the module is still there."""
        host.add_drop_in()  # Dovecot makes the change itself: no unit is needed for it
        host.run("systemctl", "daemon-reload")
        host.run("systemctl", "restart", "dovecot.service")
        wait_for(lambda: 110 in host.listening_ports(), 20, "Dovecot does not listen")
        path = host.root / DOVECOT
        path.write_text(self.dovecot.replace(COMMON, f"{COMMON}{SILENT}\n"))
        program = host.root / STOPS
        program.write_text(STOPPING)
        program.chmod(0o755)
        with ThreadPoolExecutor(1) as beside:
            removing = beside.submit(self.done, f"{PATH} remove -y libpam-sap")
            wait_for(host.inside(REVOKED).exists, 30, "nothing was revoked")
            log_in(host, OTHER)
            host.inside(REVOKED).unlink()
            removing.result()
        program.unlink()
        path.write_text(self.dovecot)
        (host.root / DROP_IN).unlink()
        self.assertIn(self.reply(OTHER), REFUSED)
        self.assertIn(self.reply(CLIENT), REFUSED)
        self.assertEqual(len(host.log(f"removed {CLIENT} .*revoked")), 1)
        self.assertEqual([key for key in host.records() if CLIENT in key], [])
        self.assertTrue((host.root / CONF).exists(), "the settings stay until the purge")
        self.assertEqual(host.run("systemctl", "is-active", UNITS[0], check=False).stdout,
                         "inactive\n")

    def purged(self):
        self.done("purge -y libpam-sap sapdb")
        self.nothing_left()

    def purged_at_once_with_its_line_left(self):
        """Both packages, a lease alive; the line that stays says nothing."""
        self.done("install -y ./first/*.deb")
        host.sapdb("setup", "--apply", "sendmail", "dovecot")
        log_in(host, CLIENT)
        self.assertEqual(self.reply(CLIENT), 250)
        self.done("purge -y sapdb libpam-sap")
        self.nothing_left()
        self.assertIn(self.reply(CLIENT), REFUSED)
        before = host.journal(NO_MODULE, "--identifier=auth")
        log_in(host, CLIENT)
        self.assertEqual(host.journal(NO_MODULE, "--identifier=auth"), before)
        self.a_line_without_its_minus_is_loud(before)

    def a_line_without_its_minus_is_loud(self, before: list[str]):
        """What the check before would see."""
        path = host.root / DOVECOT
        path.write_text(path.read_text().replace(SILENT, LOUD))
        log_in(host, CLIENT)
        wait_for(lambda: host.journal(NO_MODULE, "--identifier=auth") != before, 10,
                 "nobody complains about a missing module")
        path.write_text(self.dovecot)

    def not_while_the_table_is_damaged(self):
        """What is open could not be closed, and nobody would close it later."""
        self.done("install -y ./first/*.deb")
        host.sapdb("setup", "--apply", "sendmail", "dovecot")
        log_in(host, OTHER)
        (host.root / MAP.lstrip("/")).write_bytes(b"\xff" * 12288)
        failed = host.apt("remove -y libpam-sap")
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("could not be closed", failed.stdout + failed.stderr)
        self.assertTrue(host.has_lease(OTHER, "ending"), "it is not forgotten")
        self.assertEqual(host.run("systemctl", "is-active", UNITS[0]).stdout, "active\n")
        host.shell(f"rm {MAP}; make -C /etc/mail")
        host.run(*readme_lines("sapdb setup --remove")[0].split())
        self.assertEqual((host.root / DOVECOT).read_text(), self.dovecot)
        self.done("install -y --reinstall ./first/*.deb")
        self.assertFalse(host.inside(f"{STATE}/expired").exists(), "nobody would close it")
        self.done("purge -y libpam-sap sapdb")
        self.assertFalse(host.inside(STATE).exists())
        self.assertIn(self.reply(OTHER), REFUSED)
