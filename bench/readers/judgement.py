# SPDX-License-Identifier: BSD-2-Clause
"""judgement - rows, curves and sentences out of the figures of this workload.

The bar: at most commits/s x 20 µs of the new connections are put off. That is a window
of 20 µs for a commit, at every rate; so one row judges the window of all rates together.
Events are few: a bar is met or missed only when the whole 95 % interval says so.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from ..rows import Plot, Point, Row
from . import logins, postfix, sendmail
from .sendmail import Openings

WORKLOAD = 7
BAR_US = 20.0
SHOWN_RATES = (10, 50)
PPM = 1e6


def window_of(parts: Iterable[Openings]) -> tuple[float, float, float]:
    """Of all parts together, in us, with the ends of its 95 % interval."""
    parts = list(parts)
    chances = sum(part.made * part.rate for part in parts)
    put_off = sum(part.put_off for part in parts)
    if not chances:
        return 0.0, 0.0, math.inf
    low, high = poisson_interval(put_off)
    return tuple(number / chances * PPM for number in (put_off, low, high))


def poisson_interval(events: int) -> tuple[float, float]:
    """Byar's approximation: what the mean may be, when `events` were counted."""
    z = 1.96
    above = events + 1
    high = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    if events == 0:
        return 0.0, high
    low = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3
    return max(0.0, low), high


def verdict(low: float, high: float, bar: float) -> bool | None:
    """None when the interval has the bar in it: so few events decide nothing."""
    if high <= bar:
        return True
    return False if low > bar else None


def openings_line(found: sendmail.Found) -> str:
    """For whoever waits."""
    real = found.real
    return (f"{real.rate:.1f} commits/s: {real.put_off} of {real.made} SMTP connections "
            f"put off ({found.logged} in the log); {found.later.put_off} of "
            f"{found.later.made} later look-ups failed; model, new process "
            f"{_us(found.cold)}, warm {_us(found.warm)}")


def _us(part: Openings) -> str:
    window = "-" if part.window_us is None else f"{part.window_us:.0f} µs"
    return f"{part.put_off} of {part.made}, window {window}, opening {part.median_us:.0f} µs"


def openings_rows(found: list[sendmail.Found]) -> list[Row]:
    """The bar, on the real sendmail and on the model; and the control."""
    quiet = [one for one in found if one.wanted == 0]
    busy = [one for one in found if one.wanted > 0]
    rows = [_control(quiet),
            _window("sendmail, a new connection", [one.real for one in busy]),
            _window("model, a new process", [one.cold for one in busy]),
            _later("sendmail, a session's later look-up", [one.later for one in busy]),
            _later("model, libdb is warm", [one.warm for one in busy])]
    return rows + [_share(one) for one in busy if one.wanted in SHOWN_RATES]


def _control(quiet: list[sendmail.Found]) -> Row:
    parts = [part for one in quiet for part in (one.real, one.later, one.cold, one.warm)]
    made, put_off = sum(part.made for part in parts), sum(part.put_off for part in parts)
    return Row(WORKLOAD, "control: openings put off without commits", "", put_off,
               bar="0", met=put_off == 0, note=f"of {made}")


def _window(who: str, parts: list[Openings]) -> Row:
    window, low, high = window_of(parts)
    put_off, made = sum(part.put_off for part in parts), sum(part.made for part in parts)
    return Row(WORKLOAD, f"window of a commit: {who}", "µs", window,
               bar=f"at most {BAR_US:.0f}", met=verdict(low, high, BAR_US),
               note=f"{put_off} of {made} put off{_for_good(parts)}; "
                    f"95 %: {low:.0f} to {high:.0f}")


def _for_good(parts: list[Openings]) -> str:
    refused = sum(part.refused for part in parts)
    return f", {refused} of them for good (554)" if refused else ""


def _later(who: str, parts: list[Openings]) -> Row:
    """Not a new connection: the bar does not speak of it."""
    return replace(_window(who, parts), bar="", met=None)


def _share(one: sendmail.Found) -> Row:
    real, bar = one.real, one.real.rate * BAR_US
    _window_us, low, high = window_of([real])
    return Row(WORKLOAD, f"new SMTP connections put off at {real.rate:.0f} commits/s", "ppm",
               real.share * PPM, bar=f"at most {bar:.0f}", met=verdict(low, high, BAR_US),
               note=f"{real.put_off} of {real.made}; sendmail logged {one.logged}")


def openings_plot(found: list[sendmail.Found]) -> Plot:
    """Commits a second against refused connections."""
    def curve(parts: Iterable[Openings]) -> list[Point]:
        return [(part.rate, part.share * PPM) for part in parts]
    last = max(one.real.rate for one in found)
    return Plot("readers-refused", "New SMTP connections put off (451) while commits run",
                "commits a second", "of a million connections",
                {"sendmail": curve(one.real for one in found),
                 "model, new process": curve(one.cold for one in found),
                 "sendmail, later look-up (554)": curve(one.later for one in found),
                 "model, warm": curve(one.warm for one in found),
                 "bar: 20 µs a commit": [(0, 0), (last, last * BAR_US)]})


def openings_notes(found: list[sendmail.Found]) -> list[str]:
    """Where the window comes from, and what it does to whom."""
    cold, warm = found[0].cold.median_us, found[0].warm.median_us
    notes = [f"sendmail's child opens the table as its first work with libdb: {cold:.0f} µs in "
             f"a process of its own, {warm:.0f} µs when libdb is warm (model, without "
             "commits). The window of a commit is the length of the reader's own opening."]
    refused = sum(one.real.refused + one.later.refused for one in found)
    if refused:
        notes.append("A new connection that a commit hits is told 451 and comes again. A "
                     "session that finds the table changed, and whose second opening is hit, "
                     f"is told 554, which is final for that recipient: {refused} times here.")
    return notes


def login_line(found: logins.Found) -> str:
    """For whoever waits."""
    known, new = found.known, found.new
    return (f"{known.rate:.1f} commits/s: POP3 login of a known client "
            f"{known.quantile(0.5):.1f} ms (p99 {known.quantile(0.99):.1f}), of a new one "
            f"{new.quantile(0.5):.1f} ms (p99 {new.quantile(0.99):.1f})")


def login_rows(stock: list[logins.Found], inside: list[logins.Found]) -> list[Row]:
    """Median and p99 without commits and with many."""
    rows = []
    for who, found in (("path unit commits", stock), ("module commits", inside)):
        for one in found:
            if one.wanted in (0, *SHOWN_RATES):
                rows += [_login(f"known client, {who}", one.known),
                         _login(f"new client, {who}", one.new)]
    return rows


def _login(what: str, latency: logins.Latency) -> Row:
    return Row(WORKLOAD, f"POP3 login beside {latency.rate:.0f} commits/s: {what}", "ms",
               latency.quantile(0.5),
               note=f"p99 {latency.quantile(0.99):.1f}, n {len(latency.seconds)}")


def login_plot(stock: list[logins.Found], inside: list[logins.Found]) -> Plot:
    """Commits a second against login latency."""
    series: dict[str, list[Point]] = {}
    for who, found in (("path unit commits", stock), ("module commits", inside)):
        for share, name in ((0.5, "median"), (0.99, "p99")):
            series[f"new client, {who}, {name}"] = [
                (one.new.rate, one.new.quantile(share)) for one in found]
    for share, name in ((0.5, "median"), (0.99, "p99")):
        series[f"known client, {name}"] = [
            (one.known.rate, one.known.quantile(share)) for one in inside]
    return Plot("readers-logins", "POP3 login at Dovecot while commits run",
                "commits a second", "ms from PASS to its answer", series, log_y=True)


def postfix_line(found: postfix.Found) -> str:
    """For whoever waits."""
    return (f"Postfix, {found.rate:.1f} commits/s: {found.put_off} of {found.connections} "
            f"SMTP connections put off, {found.restarts} restarts of smtpd, a connection "
            f"{found.median_ms:.1f} ms (p99 {found.p99_ms:.1f})")


def postfix_rows(found: list[postfix.Found]) -> list[Row]:
    """Nobody is refused; the price is a process for each smtpd and commit."""
    busy = [one for one in found if one.commits]
    put_off = sum(one.put_off for one in busy)
    made = sum(one.connections for one in busy)
    bar = sum(one.connections * one.rate for one in busy) * BAR_US / PPM
    rows = [Row(WORKLOAD, "Postfix hash: connections put off, all rates", "", put_off,
                bar=f"at most {bar:.1f}", met=verdict(*poisson_interval(put_off), bar),
                note=f"of {made}")]
    rows += [Row(WORKLOAD, f"Postfix hash: smtpd restarts for a commit, {one.rate:.0f}/s", "",
                 one.restarts / one.commits, note=f"{one.restarts} for {one.commits}; a connection "
                      f"{one.median_ms:.1f} ms, p99 {one.p99_ms:.1f}")
             for one in busy]
    return rows


def postfix_plot(found: list[postfix.Found]) -> Plot:
    """What a connection pays, and how often smtpd begins anew."""
    return Plot("readers-postfix", "Postfix with a hash: table while commits run",
                "commits a second", "",
                {"restarts of smtpd a second": [(one.rate, one.restarts / one.seconds)
                                                for one in found],
                 "a connection, ms, median": [(one.rate, one.median_ms) for one in found],
                 "a connection, ms, p99": [(one.rate, one.p99_ms) for one in found]})


def postfix_notes(found: list[postfix.Found]) -> list[str]:
    """Two sentences."""
    most = max(found, key=lambda one: one.rate)
    return [f"Postfix: with {most.connections / most.seconds:.0f} connections a second and "
            f"{most.rate:.0f} commits a second, smtpd began anew {most.restarts} times in "
            f"{most.seconds:.0f} s; {most.put_off} clients were put off."]
