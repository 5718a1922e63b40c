# SPDX-License-Identifier: BSD-2-Clause
"""cells - the matrix: each cell, and the test that shows it or why it is not there."""

from typing import NamedTuple


class Cell(NamedTuple):
    """What it is about, a text for each column; then one of the other two."""

    what: tuple[str, ...]
    test: str = ""
    why_not: str = ""


class Table(NamedTuple):
    """One table of the page."""

    title: str
    text: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]


def _shown(test: str, *what: str) -> Cell:
    return Cell(what, f"mailhost.{test}")


def _no(why_not: str, *what: str) -> Cell:
    return Cell(what, why_not=why_not)


RHOST, FD_0 = "PAM_RHOST", "descriptor 0"
FDS, UNIX = "`fds`", "`unix`"

DAEMONS = Table(
    "POP3 and IMAP daemons",
    "With sendmail. Each is logged into over IPv4 and over IPv6.",
    ("daemon", "login by", "PAM line", "address from"), (
        _shown("test_dovecot.Session.test_pop3_session",
               "Dovecot, `session=yes`", "POP3", "session", RHOST),
        _shown("test_dovecot.Session.test_imap_session",
               "Dovecot, `session=yes`", "IMAP", "session", RHOST),
        _shown("test_dovecot.Account.test_pop3_account",
               "Dovecot, `dovecot.conf` as shipped", "POP3", "account", RHOST),
        _shown("test_dovecot.Account.test_imap_account",
               "Dovecot, `dovecot.conf` as shipped", "IMAP", "account", RHOST),
        _shown("test_dovecot.Worker.test_pop3_worker_session",
               "Dovecot, auth-worker not root", "POP3", "session", RHOST),
        _shown("test_dovecot.Worker.test_imap_worker_session",
               "Dovecot, auth-worker not root", "IMAP", "session", RHOST),
        _shown("test_dovecot.Worker.test_pop3_worker_account",
               "Dovecot, auth-worker not root", "POP3", "account", RHOST),
        _shown("test_dovecot.Worker.test_imap_worker_account",
               "Dovecot, auth-worker not root", "IMAP", "account", RHOST),
        _shown("test_courier.Courier.test_pop3_account",
               "Courier", "POP3", "account", f"{RHOST}, IPv4 as `::ffff:`"),
        _shown("test_courier.Courier.test_imap_account",
               "Courier", "IMAP", "account", f"{RHOST}, IPv4 as `::ffff:`"),
        _shown("test_mailutils.Inetd.test_pop3_inetd_account",
               "Mailutils under inetd", "POP3", "account", FD_0),
        _shown("test_mailutils.Inetd.test_imap_inetd_account",
               "Mailutils under inetd", "IMAP", "account", FD_0),
        _shown("test_mailutils.Inetd.test_pop3_inetd_setcred",
               "Mailutils under inetd", "POP3", "auth", FD_0),
        _shown("test_mailutils.Inetd.test_imap_inetd_setcred",
               "Mailutils under inetd", "IMAP", "auth", FD_0),
        _shown("test_mailutils.Daemon.test_pop3_daemon_account",
               "Mailutils as daemon", "POP3", "account", FDS),
        _shown("test_mailutils.Daemon.test_imap_daemon_account",
               "Mailutils as daemon", "IMAP", "account", FDS),
        _shown("test_mailutils.Daemon.test_pop3_daemon_setcred",
               "Mailutils as daemon", "POP3", "auth", FDS),
        _shown("test_mailutils.Daemon.test_imap_daemon_setcred",
               "Mailutils as daemon", "IMAP", "auth", FDS),
        _shown("test_popa3d.Inetd.test_pop3_inetd_account",
               "popa3d under inetd", "POP3", "account", FD_0),
        _shown("test_popa3d.Daemon.test_pop3_daemon_account_ipv4",
               "popa3d as daemon", "POP3, IPv4 only", "account", FD_0),
        _shown("test_solid_pop3d.Inetd.test_pop3_inetd_account",
               "solid-pop3d under inetd", "POP3", "account", FD_0),
        _shown("test_solid_pop3d.Inetd.test_pop3_inetd_setcred",
               "solid-pop3d under inetd", "POP3", "auth", FD_0),
        _shown("test_solid_pop3d.Daemon.test_pop3_daemon_account",
               "solid-pop3d as daemon", "POP3", "account", FD_0),
        _shown("test_solid_pop3d.Daemon.test_pop3_daemon_setcred",
               "solid-pop3d as daemon", "POP3", "auth", FD_0),
        _shown("test_cyrus.Cyrus.test_pop3_account",
               "Cyrus with `saslauthd -a pam`", "POP3", "account", UNIX),
        _shown("test_cyrus.Cyrus.test_imap_account",
               "Cyrus with `saslauthd -a pam`", "IMAP", "account", UNIX),
        _shown("test_inetd_daemon.Uw.test_pop3_account_rhost",
               "UW's calls (a test daemon)", "POP3", "account", RHOST),
        _shown("test_inetd_daemon.Uw.test_pop3_account",
               "UW's calls, no PAM_RHOST", "POP3", "account", FD_0),
        _shown("test_inetd_daemon.Uw.test_pop3_setcred",
               "UW's calls, no PAM_RHOST", "POP3", "auth", FD_0),
        _shown("test_inetd_daemon.Uw.test_pop3_setcred_with_a_name",
               "UW's calls, a name in PAM_RHOST", "POP3", "auth", FD_0),
        _shown("test_inetd_daemon.Qpopper.test_pop3_account",
               "qpopper's calls (a test daemon)", "POP3", "account", FD_0),
        _shown("test_inetd_daemon.Qpopper.test_pop3_setcred",
               "qpopper's calls (a test daemon)", "POP3", "auth", FD_0),
        _no("its own listener knows IPv4 only; use inetd", "popa3d as daemon", "POP3, IPv6",
            "account", FD_0),
        _no("not in Debian 12; the test daemon makes their calls, by POP3",
            "UW ipop3d and imapd, qpopper", "POP3, IMAP", "account", f"{RHOST}, {FD_0}"),
        _no("not tried: a proxy, which asks PAM with `--authenticate_in` only", "perdition",
            "POP3, IMAP", "account", FD_0),
        _no("not in Debian 12", "tpop3d", "POP3", "account", RHOST),
        _no("not in Debian 12", "Dovecot 2.4", "POP3, IMAP", "account", RHOST),
        _no("it does not use PAM", "teapop", "POP3", "", ""),
    ))

PASSES = Table(
    "The login never fails by us",
    "With a state folder that cannot be used the login passes, and opens nothing.",
    ("daemon",), (
        _shown("test_dovecot.Session.test_passes_without_state", "Dovecot, session"),
        _shown("test_dovecot.Account.test_passes_without_state", "Dovecot, account"),
        _shown("test_dovecot.Worker.test_passes_without_state",
               "Dovecot, auth-worker not root"),
        _shown("test_courier.Courier.test_pop3_passes_without_state", "Courier POP3"),
        _shown("test_courier.Courier.test_imap_passes_without_state", "Courier IMAP"),
        _shown("test_mailutils.Daemon.test_passes_without_state", "Mailutils"),
        _shown("test_popa3d.Inetd.test_pop3_inetd_passes_without_state", "popa3d"),
        _shown("test_solid_pop3d.Inetd.test_pop3_inetd_passes_without_state",
               "solid-pop3d"),
        _shown("test_cyrus.Cyrus.test_passes_without_state", "Cyrus"),
        _shown("test_inetd_daemon.Uw.test_pop3_passes_without_state", "UW's calls"),
        _shown("test_inetd_daemon.Qpopper.test_pop3_passes_without_state",
               "qpopper's calls"),
    ))

TRAPS = Table(
    "Traps", "What opens nothing, and what the log says then, once.",
    ("trap",), (
        _shown("test_mailutils.Daemon.test_fds_has_to_be_named",
               "Mailutils as daemon without `fds`: the log says what to set"),
        _shown("test_cyrus.Cyrus.test_unix_has_to_be_named",
               "saslauthd without `unix`: the log says what to set"),
        _shown("test_popa3d.Inetd.test_another_port_has_to_be_named",
               "a port that is not in `ports`: the log says what to set"),
        _shown("test_inetd_daemon.Uw.test_stdin_has_to_be_named",
               "a name in PAM_RHOST and no `stdin`: the log says what to set"),
        _shown("test_cyrus.Cyrus.test_with_its_cache_saslauthd_hides_the_next_address",
               "saslauthd with `-c` hides a login from PAM"),
        _shown("test_inetd_daemon.Uw.test_deleting_credentials_after_a_failure_opens_nothing",
               "setcred(DELETE) after a wrong password"),
    ))

SENDMAIL = Table(
    "sendmail", "With Dovecot. A change is seen at the next look-up of an open session.",
    ("form",), (
        _shown("test_sendmail_forms.Forms.test_ipv4_mapped",
               "IPv4, on sendmail's IPv6 socket"),
        _shown("test_sendmail_forms.Forms.test_ipv6_full_form", "IPv6, eight groups"),
        _shown("test_sendmail_forms.Forms.test_key_tag_connect", "`key_tag = connect:`"),
        _shown("test_sendmail_forms.Forms.test_ipv6_prefix_64", "`ipv6_prefix = 64`"),
        _shown("test_sendmail_forms.Forms.test_compressed_ipv6_addresses",
               "`UseCompressedIPv6Addresses`, with `ipv6_form = compressed`"),
        _shown("test_sendmail_forms.Forms.test_compressed_refusals_are_respected",
               "the same: a refusal of the administrator's counts"),
        _shown("test_sendmail_forms.Btree.test_btree", "a btree table"),
        _no("Debian builds sendmail without it", "a cdb table"),
    ))

HELD = Table(
    "Sessions that outlive the lease", "`hold_open = yes`, Dovecot and sendmail.",
    ("what",), (
        _shown("test_hold_open.HoldOpen.test_an_idle_session_holds_the_lease",
               "an IMAP session that idles holds its lease, over IPv4 and over IPv6"),
        _shown("test_hold_open.HoldOpen.test_beyond_max_lifetime_it_ends_all_the_same",
               "no longer than `max_lifetime`"),
        _shown("test_hold_open.HoldOpen.test_a_connection_without_a_login_opens_nothing",
               "a connection that never logged in opens nothing"),
        _shown("test_hold_open.HoldOpen.test_the_connection_of_another_holds_nothing",
               "the connection of another address holds nothing"),
        _shown("test_hold_open.HoldOpen.test_a_connection_to_another_port_holds_nothing",
               "nor one to another port"),
        _no("the connection is the proxy's", "behind a proxy that hands on the address"),
    ))

POSTFIX = Table(
    "Postfix",
    "With Dovecot, in Debian's chrooted smtpd. `lmdb:` is seen at the next look-up of an open\n"
    "session, `hash:` with the next connection.",
    ("table", "what"), (
        _shown("test_postfix.Lmdb.test_ipv4", "`lmdb:`", "IPv4"),
        _shown("test_postfix.Lmdb.test_ipv6", "`lmdb:`", "IPv6"),
        _shown("test_postfix.Lmdb.test_refused_session_is_accepted_at_its_next_rcpt",
               "`lmdb:`", "a refused session is accepted at its next RCPT, no smtpd restarts"),
        _shown("test_postfix.Lmdb.test_table_is_there_before_the_first_look",
               "`lmdb:`", "made at boot, before the first look"),
        _shown("test_postfix.Lmdb.test_smtpd_is_chrooted", "`lmdb:`", "smtpd is chrooted"),
        _shown("test_postfix.Lmdb.test_an_open_session_sees_a_map_that_has_grown",
               "`lmdb:`", "an open session sees a table that outgrew its 16 MiB"),
        _shown("test_postfix.Hash.test_ipv4", "`hash:`", "IPv4"),
        _shown("test_postfix.Hash.test_ipv6", "`hash:`", "IPv6"),
        _shown("test_postfix.Hash.test_table_is_there_before_the_first_look",
               "`hash:`", "made at boot, before the first look"),
        _shown("test_postfix_tables.Tables.test_postmap_reads_ours", "both", "postmap reads ours"),
        _shown("test_postfix_tables.Tables.test_we_read_postmaps",
               "both", "we read postmap's, with and without NUL"),
        _shown("test_postfix_tables.Tables.test_postmap_i_and_d_beside_ours",
               "both", "`postmap -i` and `-d` beside our records"),
        _shown("test_postfix_tables.Tables.test_a_rebuild_is_healed",
               "both", "after a rebuild ours are put back"),
        _shown("test_postfix_tables.Tables.test_a_dump_fed_back_is_ours_still",
               "both", "a dump fed back through postmap is ours still"),
        _shown("test_postfix_tables.Tables.test_a_refusal_is_respected",
               "both", "a refusal of the administrator's counts"),
        _shown("test_postfix_tables.Tables.test_sapdb_insert_and_delete",
               "both", "`sapdb insert` and `delete`"),
        _no("`proxymap` keeps a table for as long as its clients live",
            "`proxy:`", "before either"),
        _no("no backend for it", "`cdb:`", ""),
    ))

EXIM = Table(
    "Exim", "exim4-daemon-light with Dovecot, in Debian's own configuration. A change is seen\n"
    "with the next connection.",
    ("what",), (
        _shown("test_exim.Exim.test_ipv4", "IPv4"),
        _shown("test_exim.Exim.test_ipv6", "IPv6"),
        _shown("test_exim.Exim.test_beside_the_shipped_relay_from_hosts",
               "beside the networks of the shipped `relay_from_hosts`"),
        _shown("test_exim.Exim.test_table_is_there_before_the_first_look",
               "the table is made at boot, before the first look"),
        _shown("test_exim.Exim.test_exim_reads_as_debian_exim",
               "it is read by the user Debian-exim"),
        _shown("test_exim.Exim.test_in_split_files", "with `dc_use_split_config='true'`"),
        _shown("test_exim.Exim.test_without_the_table_only_the_own_networks_go_on",
               "without the table the own networks go on"),
        _shown("test_exim.Exim.test_a_list_that_asks_whether_the_table_exists",
               "a list that asks whether the table exists"),
        _shown("test_exim.Exim.test_bh_and_be_see_it", "`exim4 -bh` and `-be` see ours"),
        _shown("test_exim.Exim.test_we_read_exim_dbmbuilds",
               "we read exim_dbmbuild's, with and without NUL"),
        _no("they are built without Berkeley DB", "Exim 4.100 and later of Debian"),
    ))

TABLES = (DAEMONS, SENDMAIL, POSTFIX, EXIM, HELD, PASSES, TRAPS)
