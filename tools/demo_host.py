# SPDX-License-Identifier: BSD-2-Clause
"""demo_host - the play on a throw-away Debian host with stock Dovecot and sendmail."""

import sys
import time

from mailhost import pam_scenario
from mailhost.client import OUTSIDE, SmtpSession
from mailhost.network import CLIENTS
from mailhost.product import ProductHost

from telling import expect, say, show, step

ADDRESS = CLIENTS[0]
LIFETIME = 60
TIMER = 62
SETTINGS = "# The demo does not want to wait for 15 minutes.\nlifetime = 1min\n"
MESSAGE = "Subject: hello from the road\n\nSent after POP.\n"


def try_to_send(session: SmtpSession) -> bool:
    """One mail to somewhere else; shows the dialogue. Was it taken?"""
    show("MAIL FROM:<horn@example.net>", ">")
    session.mail()
    show(f"RCPT TO:<{OUTSIDE}>", ">")
    reply = session.rcpt()
    show(f"{reply.code} {reply.text}", "<")
    if reply.code != 250:
        session.rset()
        return False
    show("DATA ... hello from the road ...", ">")
    reply = session.data(MESSAGE)
    show(f"{reply.code} {reply.text}", "<")
    return reply.code == 250


def shell(host: ProductHost, command: str) -> str:
    """A command on the host, shown with what it prints."""
    show(f"root@mail# {command}")
    printed = host.run("sh", "-c", command, check=False).stdout
    show(printed)
    return printed


def prepare(started: float) -> ProductHost:
    def progress(line: str) -> None:
        print(f"   [{time.monotonic() - started:4.0f} s] {line}", flush=True)

    progress("a throw-away Debian host (the first time this takes a minute)")
    host = ProductHost(progress=progress)
    host.install_product()
    host.settings(SETTINGS)
    pam_scenario.session_hook(host)
    progress("booting it: systemd, Dovecot, sendmail, the pam_sap units")
    host.boot()
    progress("ready")
    return host


def scene_refused(session: SmtpSession) -> None:
    step(f"A client at {ADDRESS} wants to send a mail through the server")
    expect(not try_to_send(session), "the mail was not refused")
    say("Refused: the server does not know this client. The SMTP session stays open.")


def scene_login(host: ProductHost) -> None:
    step("The same client fetches its mail by POP3")
    say("/etc/pam.d/pop3 on the server, for Dovecot as Debian ships it:")
    show((host.root / "etc/pam.d/pop3").read_text())
    seconds = host.client.pop3_login("horn", "sesam", source=ADDRESS)
    show("USER horn", ">")
    show("PASS ******", ">")
    show(f"+OK Logged in.   (after {seconds * 1000:.0f} ms)", "<")
    say("Behind the login: a record in sendmail's table, a lease, a line in the log.")
    records = shell(host, f"sapdb list {ADDRESS}")
    shell(host, f"cat /var/lib/pam_sap/active/{ADDRESS}")
    logged = shell(host, "journalctl -q -o short --no-hostname --grep inserted")
    expect("RELAY" in records and "for user horn" in logged, "no record or no log line")


def scene_accepted(host: ProductHost, session: SmtpSession) -> None:
    step("The same mail again, in the SMTP session that had been refused")
    expect(try_to_send(session), "the mail was not accepted")
    say("Accepted.")
    step("Who may relay now, and for how long?")
    shell(host, "sapdb status")
    shell(host, f"sapdb status {ADDRESS}")


def scene_closed(host: ProductHost, session: SmtpSession) -> None:
    step("The lifetime ends (one minute here, 15 by default), and the timer runs")
    end = time.monotonic() + LIFETIME + TIMER
    while host.has_lease(ADDRESS) and time.monotonic() < end:
        left = host.run("sapdb", "status", ADDRESS, check=False).stdout.strip()
        say(f"... {left}")
        wait_until = time.monotonic() + 10
        while host.has_lease(ADDRESS) and time.monotonic() < wait_until:
            time.sleep(0.2)
    expect(not host.has_lease(ADDRESS), "the lease did not end")
    shell(host, "journalctl -q -o short --no-hostname --grep 'removed 192'")
    expect(not try_to_send(session), "the mail was not refused after the end")
    say("Refused again, in the same session. Nobody had to do anything.")


def main() -> None:
    print("SMTP after POP: a mail user who has just fetched mail may send for a while.")
    with prepare(time.monotonic()) as host:
        with host.client.smtp(source=ADDRESS) as session:
            scene_refused(session)
            scene_login(host)
            scene_accepted(host, session)
            scene_closed(host, session)
    print("\nThat was all. The host is gone; sudo tools/demo --clean removes the cache too.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped; the host is gone.")
