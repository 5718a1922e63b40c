# SPDX-License-Identifier: BSD-2-Clause
"""sapdb check where the mail server or the daemon is another one: Postfix, Exim, Cyrus.

Their hosts are booted as Debian ships them, and then set up by `sapdb setup`: what it makes is
healthy.
"""

import unittest

from . import test_cyrus, test_exim
from .host import Host
from .planted import Fault, findings, finds_nothing, prepare, try_out
from .postfix_host import TABLE, PostfixHost
from .product import ProductHost, booted_product

CLIENT = "192.0.2.77"
DEFAULTS = "/etc/default/saslauthd"
ASKED = f"check_client_access lmdb:{TABLE} "
RESTRICTIONS = ("smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated "
                f"{ASKED}reject_unauth_destination")
BACK = f"postconf -e '{RESTRICTIONS}'; postfix reload"
RECIPIENT = "smtpd_recipient_restrictions"
SAID = ASKED.replace("client", "sender")
OTHER_PROXY = "check_recipient_access proxy:static:DUNNO "
POSTFIX_FAULTS = (
    Fault("the table is not in Postfix's restrictions", "postfix-not-asked",
          f"postconf -e '{RESTRICTIONS.replace(ASKED, '')}'", tidy=BACK),
    Fault("the table stands behind the refusal", "postfix-asked-late",
          f"postconf -e '{RESTRICTIONS.replace(ASKED, '')} {ASKED.strip()}'", tidy=BACK),
    Fault("proxymap is asked", "postfix-proxy",
          f"postconf -e '{RESTRICTIONS.replace('lmdb:', 'proxy:lmdb:')}'", tidy=BACK),
    Fault("the client says what is looked up", "postfix-asks-the-client",
          f"postconf -e 'smtpd_helo_restrictions = check_helo_access lmdb:{TABLE}'",
          tidy="postconf -X smtpd_helo_restrictions"),
    Fault("asked rightly, and then about what the client says", "postfix-asks-the-client",
          f"postconf -e '{RESTRICTIONS.replace(ASKED, ASKED + SAID)}'", tidy=BACK),
    Fault("proxymap is asked, behind another table of its", "postfix-proxy",
          "postconf -e '" + RESTRICTIONS.replace(ASKED, OTHER_PROXY + ASKED.replace(
              "lmdb:", "proxy:lmdb:")) + "'", tidy=BACK),
    Fault("asked, but the recipients' list refuses, too", "postfix-not-asked",
          f"postconf -e '{RECIPIENT} = permit_mynetworks reject_unauth_destination'",
          tidy=f"postconf -X {RECIPIENT}"),
    Fault("only the recipients' list asks, and the other refuses", "postfix-not-asked",
          f"postconf -e '{RESTRICTIONS.replace(ASKED, '')}' "
          f"'{RECIPIENT} = {ASKED}reject_unauth_destination'",
          tidy=f"postconf -X {RECIPIENT}; {BACK}"),
    Fault("the table is in mynetworks", "postfix-mynetworks",
          f"postconf -e 'mynetworks = 127.0.0.0/8 lmdb:{TABLE}'",
          tidy="postconf -e 'mynetworks = 127.0.0.0/8'"),
    Fault("no table of our own", "table-missing", f"mv {TABLE}.lmdb /root/"),
)
EXIM_FAULTS = (
    Fault("Exim's list does not ask", "exim-not-asked",
          "cp -a /etc/exim4 /root/; sed -i 's/ : net-dbmnz.*//' "
          "/etc/exim4/exim4.conf.localmacros; update-exim4.conf",
          restore="cp -a /root/exim4 /etc/; update-exim4.conf"),
    Fault("Exim's list asks in another way", "exim-wrong-lookup",
          "cp -a /etc/exim4 /root/; sed -i 's/net-dbmnz/net-dbm/' "
          "/etc/exim4/exim4.conf.localmacros; update-exim4.conf",
          restore="cp -a /root/exim4 /etc/; update-exim4.conf"),
)
CYRUS_FAULTS = (
    Fault("saslauthd is started with a cache", "saslauthd-cache",
          f"sed -i 's/^OPTIONS=\"/&-c /' {DEFAULTS}"),
    Fault("saslauthd runs with a cache", "saslauthd-cache",
          f"cp {DEFAULTS} /root/; sed -i 's/^OPTIONS=\"/&-c /' {DEFAULTS}; "
          f"systemctl restart saslauthd; cp /root/saslauthd {DEFAULTS}"),
    Fault("no way to the client's address", "cyrus-peer",
          "sed -i 's/ peer=.*//' /etc/pam.d/pop"),
)
# The same name, and the same word among its arguments.
PRETENDER = ("cp /bin/sh /var/saslauthd; setpriv --reuid=nobody --clear-groups "
             "/var/saslauthd -c 'while sleep 1; do :; done' >/dev/null 2>&1 & echo $!; "
             "timeout 20 sh -c \"until grep -qs saslauthd /proc/$!/comm; do sleep 0.1; done\"")


def as_debian_ships_it(host: Host) -> None:
    """No PAM line, no settings."""


class Others(unittest.TestCase):
    KIND: type[ProductHost]
    PARTS: tuple[str, ...]

    def set_up_host(self) -> None:
        self.host = booted_product(self.addCleanup, as_debian_ships_it, prepare, self.KIND)
        self.host.sapdb("setup", "--apply", *self.PARTS)

    def plant(self, faults: tuple[Fault, ...]) -> None:
        self.set_up_host()
        finds_nothing(self, self.host)
        self.host.sapdb("grant", "--user", "horn", CLIENT)
        finds_nothing(self, self.host)
        for fault in faults:
            with self.subTest(fault.label):
                try_out(self, self.host, fault)

    def asked_about_the_lease(self) -> None:
        self.assertIn("looked at answers: the mail server's answer about 1 address\n",
                      self.host.sapdb("check", "-v"))


class Postfix(Others):
    KIND, PARTS = PostfixHost, ("postfix", "dovecot")

    def test_faults(self):
        self.plant(POSTFIX_FAULTS)
        self.asked_about_the_lease()


class Exim(Others):
    KIND, PARTS = test_exim.EximHost, ("exim", "dovecot")

    def test_faults(self):
        self.plant(EXIM_FAULTS)
        self.asked_about_the_lease()


class Cyrus(Others):
    KIND, PARTS = test_cyrus.CyrusHost, ("sendmail", "cyrus")

    def test_faults(self):
        self.plant(CYRUS_FAULTS)
        self.a_program_of_a_users_is_not_believed()

    def a_program_of_a_users_is_not_believed(self) -> None:
        process = self.host.shell(PRETENDER).strip()
        try:
            self.assertEqual(findings(self, self.host), [])
        finally:
            self.host.run("kill", process)
