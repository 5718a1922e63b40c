# SPDX-License-Identifier: BSD-2-Clause
"""workload - workload 7 from its first host to its last row."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mailhost.root_image import image_path

from ..rows import Plot, Result, Row
from . import judgement, logins, postfix, sendmail
from .host import mail_host

NAME = "readers"
TITLE = "what readers pay while commits run, on a booted mail host"

Part = tuple[list[Row], list[Plot], list[str]]
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Plan:
    """How much of it."""
    rates: tuple[float, ...]
    real_seconds: float  # of SMTP connections at each rate
    model_seconds: float
    logins: int  # of known clients, and as many of new ones, at each rate
    login_rates: tuple[float, ...]
    postfix_seconds: float


FULL = Plan((0, 1, 5, 10, 20, 50), 15, 4, 100, (0, 1, 5, 10, 20, 50), 6)
SHORT = Plan((0, 20), 2, 1, 10, (0, 10), 2)


def run(bench: Any) -> Result:
    """All parts of it; one that cannot be done says why."""
    plan = SHORT if bench.short else FULL
    result = Result([])
    for part, recipe in ((_sendmail_host, None), (_postfix_host, postfix.PostfixHost.RECIPE)):
        why = _cannot_boot(recipe, bench.short)
        rows, plots, notes = ([], [], [f"skipped: {why}"]) if why else part(plan)
        result.rows.extend(rows)
        result.plots.extend(plots)
        result.notes.extend(notes)
    return result


def _cannot_boot(recipe: Any, short: bool) -> str:
    """Why no host of this recipe can be booted now; empty if it can be tried."""
    if os.geteuid() != 0:
        return "a mail host can only be booted by root"
    for command in ("debootstrap", "systemd-nspawn", "ip"):
        if subprocess.run(["which", command], capture_output=True, check=False).returncode:
            return f"{command} is not installed"
    image = image_path(recipe=recipe) if recipe else image_path()
    if short and not image.is_dir():
        return f"{image} is not built yet, and that takes minutes"
    return ""


def _collected(found: Any, say: Callable[[Kind], str]) -> list[Kind]:
    """Each as it comes, with a line for whoever waits."""
    collected = []
    for one in found:
        print(f"  readers: {say(one)}", flush=True)
        collected.append(one)
    return collected


def _sendmail_host(plan: Plan) -> Part:
    with mail_host() as host:
        openings = _collected(
            sendmail.measure(host, plan.rates, plan.real_seconds, plan.model_seconds),
            judgement.openings_line)
        stock = _collected(logins.measure(host, plan.login_rates, plan.logins, 0),
                           judgement.login_line)
        host.add_drop_in()
        host.run("systemctl", "daemon-reload")
        host.run("systemctl", "restart", "dovecot.service")
        inside = _collected(logins.measure(host, plan.login_rates, plan.logins, 100),
                            judgement.login_line)
        problems = host.problems()
    if problems:
        raise RuntimeError(f"the table after all this: {problems}")
    return (judgement.openings_rows(openings) + judgement.login_rows(stock, inside),
            [judgement.openings_plot(openings), judgement.login_plot(stock, inside)],
            judgement.openings_notes(openings))


def _postfix_host(plan: Plan) -> Part:
    with postfix.postfix_host() as host:
        found = _collected(postfix.measure(host, plan.rates, plan.postfix_seconds),
                           judgement.postfix_line)
    return (judgement.postfix_rows(found), [judgement.postfix_plot(found)],
            judgement.postfix_notes(found))
