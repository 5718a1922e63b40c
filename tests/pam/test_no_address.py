# SPDX-License-Identifier: BSD-2-Clause
"""No address was found: the log says what to set, and says it once.

Once for each service, as long as it is the same trouble: not at each login, and not for
each name that a daemon gives in the place of an address. After a day without it, it is
news again.
"""

import os
import re
import time
import unittest
from contextlib import ExitStack

from cli import table
from cli.place import unprivileged
from pam import connection
from pam.asker import Asker, Mux
from pam.connection import CLIENT
from pam.daemon import SUCCESS, WARNING, Daemon

WHERE = " in pam_sap.conf or on the PAM line of this service"
SEE = "; see pam_sap(8), CLIENT ADDRESS"
FDS = "; set peer = rhost stdin fds" + WHERE
UNIX = "; if this is saslauthd, set peer = rhost stdin unix" + WHERE + ", and run it without -c"


def setUpModule():
    connection.own_network()


class Case(unittest.TestCase):
    """Logins of a daemon that runs as root unless `like_us` is off."""
    LIKE_US = True

    def setUp(self):
        self.daemon = Daemon(refuse_own="no", like_us=self.LIKE_US)
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        if self.LIKE_US:
            self.place.ready()
        self.stack = self.enterContext(ExitStack())

    def log_in(self, rhost: str | None = None, service: str = "imap", arguments: str = "",
               passed=(), **options) -> list[str]:
        """What is logged."""
        self.daemon.write_service(service, f"session optional OURS {arguments}")
        self.daemon.service = service
        steps = () if rhost is None else (f"rhost={rhost}",)
        said = self.daemon.run("start", *steps, "open", "end",
                               pass_fds=[one.fileno() for one in passed], **options)
        self.assertEqual(set(said.values), {SUCCESS})
        for line in said.log:
            self.assertEqual(line.level == WARNING, "no client address" in line.text)
        return said.texts()

    def complaints(self) -> list[str]:
        return sorted(path.name for path in self.place.run.glob("complaint-*"))


class Cure(Case):
    def expect(self, want: str, **options):
        self.place.forget_what_was_said()
        texts = self.log_in(**options)
        self.assertEqual(len(texts), 1, texts)
        self.assertIn(want, texts[0])
        self.assertLess(len(texts[0]), 500)

    def test_what_to_set(self):
        at = self.stack.enter_context(connection.connection())
        port = f"ports={at.port}"
        two = [at.server, at.another(CLIENT)[0]]
        cases = (
            ("nothing is there", SEE, {}),
            ("a mail connection at 5", FDS, {"passed": [at.server], "arguments": port}),
            ("two of them", SEE, {"passed": two, "arguments": port}),
            ("one of another port", SEE, {"passed": [at.server]}),
            ("stdin, but peer=rhost", f"; set peer = rhost stdin{WHERE}",
             {"stdin": at.server, "arguments": port + " peer=rhost"}),
            ("stdin has another port",
             f"; if port {at.port} is for POP3 or IMAP, set ports = 110 143 993 995 "
             f"{at.port}{WHERE}", {"stdin": at.server}),
            ("a name", SEE + " (PAM_RHOST is 'mx.example.org')", {"rhost": "mx.example.org"}),
            ("a name, and a connection", FDS + " (PAM_RHOST is 'mx.example.org')",
             {"rhost": "mx.example.org", "passed": [at.server], "arguments": port}),
            ("all are named", SEE, {"arguments": "peer=rhost,stdin,fds,unix"}),
        )
        for label, want, options in cases:
            with self.subTest(label):
                self.expect(want, **options)

    def test_somebody_asks_over_a_unix_socket(self):
        at = self.stack.enter_context(connection.connection())
        mux = self.stack.enter_context(Mux(self.place.root))
        with Asker(mux, at.server) as asker:
            self.expect(UNIX, passed=[asker.server])

    def test_the_cure_cures(self):
        at = self.stack.enter_context(connection.connection())
        for options, found in (({"passed": [at.server], "arguments": f"ports={at.port}"},
                                r"set (peer) = (.+?) in"),
                               ({"stdin": at.server}, r"set (ports) = (.+?) in")):
            self.place.forget_what_was_said()
            text = self.log_in(**options)[0]
            setting = re.search(found, text)
            self.assertIsNotNone(setting, text)
            arguments = f"{options.get('arguments', '')} [{setting[1]}={setting[2]}]"
            texts = self.log_in(**options | {"arguments": arguments})
            self.assertIn(f"inserted {CLIENT} ", texts[0])
            self.place.sapdb("revoke", "--all")

    def test_each_resolver_says_why(self):
        self.expect("service imap: unix: nobody asks this process over a UNIX socket; "
                    "fds: no descriptor is a TCP connection to one of ports; "
                    "stdin: descriptor 0 is no TCP connection; "
                    "rhost: the daemon sets no PAM_RHOST; ",
                    arguments="peer=unix,fds,stdin,rhost")


class Once(Case):
    def test_once_for_each_service(self):
        for service in ("imap", "pop3", "mailutils"):
            with self.subTest(service):
                self.assertEqual(len(self.log_in(service=service)), 1)
        for service in ("pop3", "imap", "mailutils", "imap"):
            with self.subTest(service + " again"):
                self.assertEqual(self.log_in(service=service), [])

    def test_other_names_are_no_news(self):
        told = [self.log_in(rhost) for rhost in ("mx1.example.org", "mx2.example.org",
                                                 "UNKNOWN", "0.0.0.0")]
        self.assertEqual([len(texts) for texts in told], [1, 0, 0, 0])

    def test_another_port_each_time_is_no_news(self):
        """Descriptor 0 is a connection that the daemon made itself."""
        at = self.stack.enter_context(connection.connection())
        ends = [at.client, at.another(CLIENT)[1]]
        self.assertEqual([len(self.log_in(stdin=end)) for end in ends], [1, 0])

    def test_other_trouble_is_news(self):
        self.assertEqual(len(self.log_in()), 1)
        self.assertEqual(len(self.log_in("mx.example.org")), 1)
        self.assertEqual(len(self.log_in("mx.example.org", arguments="peer=rhost,fds")), 1)
        self.assertEqual(self.log_in("mx.example.org", arguments="peer=rhost,fds"), [])

    def test_an_opening_between_does_not_make_it_news(self):
        self.assertEqual(len(self.log_in()), 1)
        self.assertIn("inserted", self.log_in("192.0.2.7")[0])
        self.assertEqual(self.log_in(), [])

    def test_a_day_without_it_makes_it_news(self):
        for label, age, news in (("first", None, 1), ("23 hours later", 23, 0),
                                 ("23 more: it was met in between", 23, 0),
                                 ("25 hours later", 25, 1), ("again", 0, 0)):
            with self.subTest(label):
                if age is not None:
                    self.age(age)
                self.assertEqual(len(self.log_in()), news)

    def age(self, hours: float):
        when = time.time() - hours * 3600
        for complaint in self.place.run.glob("complaint-address-*"):
            os.utime(complaint, (when, when))

    def test_the_service_names_no_file(self):
        for service in ("x" * 200, "ev\nil", "..", "höst"):
            with self.subTest(service):
                self.place.forget_what_was_said()
                self.daemon.write_service("other", "session optional OURS")
                self.daemon.service = service
                first, second = (self.daemon.run("start", "open", "end").texts()
                                 for _ in range(2))
                self.assertEqual((len(first), len(second)), (1, 0), first)
                self.assertEqual(len(self.complaints()), 1)
                self.assertRegex(self.complaints()[0], r"\Acomplaint-address-\d{1,2}\Z")
                message = first[0].split("no client address: ", 1)[1]
                self.assertRegex(message, r"\Aservice [ -~]{1,40}: rhost: ")


class Unprivileged(Case):
    """Who may not write run_dir can't keep what he said."""
    LIKE_US = False

    def test_it_is_said_each_time(self):
        if unprivileged() is None:
            self.skipTest("nobody but root here")
        self.place.run.mkdir()
        self.assertEqual([len(self.log_in()) for _ in range(2)], [1, 1])
        self.assertEqual(self.complaints(), [])


if __name__ == "__main__":
    unittest.main()
