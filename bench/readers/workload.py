# SPDX-License-Identifier: BSD-2-Clause
"""workload - workload 7 from its first host to its last row."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from mailhost.root_image import STOCK, Parts, image_path
from mailhost.waiting import wait_for

from ..rows import Plot, Result, Row
from . import judgement, logins, postfix, sendmail
from .host import mail_host

NAME = "readers"
TITLE = "7. What readers pay while commits run, on a booted mail host"

Part = tuple[list[Row], list[Plot], list[str]]
Kind = TypeVar("Kind")
Host = TypeVar("Host")


@dataclass(frozen=True)
class Plan:
    """How much of it."""
    rates: tuple[float, ...]
    seconds: sendmail.Seconds
    logins: int  # of known clients, and as many of new ones, at each rate
    postfix_seconds: float


FULL = Plan((0, 1, 5, 10, 20, 50), sendmail.Seconds(12, 8, 3), 60, 5)
SHORT = Plan((0, 20), sendmail.Seconds(1, 1, 1), 5, 1)


class NotBooted(Exception):
    """There is no host to measure on; the reason."""


def run(bench: Any) -> Result:
    """Both hosts, one after the other; one that cannot be booted says why."""
    plan = SHORT if bench.short else FULL
    result = Result([])
    for part, root in ((_sendmail_host, STOCK),
                       (_postfix_host, postfix.PostfixHost.PARTS)):
        try:
            _see_that_it_can(root, bench.short)
            rows, plots, notes = part(plan, bench.say)
        except NotBooted as why:
            rows, plots, notes = [], [], [f"skipped: {why}"]
        result.rows.extend(rows)
        result.plots.extend(plots)
        result.notes.extend(notes)
    return result


def _see_that_it_can(parts: Parts, short: bool) -> None:
    """What is known before anything is begun."""
    if os.geteuid() != 0:
        raise NotBooted("a mail host can only be booted by root")
    for command in ("debootstrap", "systemd-nspawn", "ip"):
        if not shutil.which(command):
            raise NotBooted(f"{command} is not installed")
    image = image_path(parts=parts)
    if short and not image.is_dir():
        raise NotBooted(f"{image} is not built yet, and that takes minutes")


@contextmanager
def _booted(host: AbstractContextManager[Host]) -> Iterator[Host]:
    """A failure on the way to a running host is no failure of the product."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(host)
        except (OSError, RuntimeError, LookupError, TimeoutError,
                subprocess.CalledProcessError) as why:
            raise NotBooted(f"no host could be booted: {why}") from why
        yield running


def _collected(found: Iterable[Kind], line: Callable[[Kind], str],
               say: Callable[[str], None]) -> list[Kind]:
    """Each as it comes, with a line for whoever waits."""
    collected = []
    for one in found:
        say(line(one))
        collected.append(one)
    return collected


def _sendmail_host(plan: Plan, say: Callable[[str], None]) -> Part:
    with _booted(mail_host()) as host:
        openings = _collected(
            sendmail.measure(host, plan.rates, plan.seconds),
            judgement.openings_line, say)
        stock = _collected(logins.measure(host, plan.rates, plan.logins, 0),
                           judgement.login_line, say)
        host.add_drop_in()
        host.run("systemctl", "daemon-reload")
        host.run("systemctl", "restart", "dovecot.service")
        inside = _collected(logins.measure(host, plan.rates, plan.logins, 100),
                            judgement.login_line, say)
        wait_for(lambda: not host.problems(), 5.0, "the table is not whole after all this")
    return (judgement.openings_rows(openings) + judgement.login_rows(stock, inside),
            [judgement.openings_plot(openings), judgement.login_plot(stock, inside)],
            judgement.openings_notes(openings))


def _postfix_host(plan: Plan, say: Callable[[str], None]) -> Part:
    with _booted(postfix.postfix_host()) as host:
        found = _collected(postfix.measure(host, plan.rates, plan.postfix_seconds),
                           judgement.postfix_line, say)
    return (judgement.postfix_rows(found), [judgement.postfix_plot(found)],
            judgement.postfix_notes(found))
