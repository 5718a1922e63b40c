# SPDX-License-Identifier: BSD-2-Clause
"""host - the booted mail host of this workload.

It is the tests' one, with four changes. Debian's sendmail takes 15 connections a
second: here it takes them all. The passwords have a cheap hash: Debian's usual one costs
40 ms a login, which would hide all else. The journal keeps every line, since lines are
counted. And the timer does not run: an expiry would be a commit that nobody has counted.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailhost import pam_scenario
from mailhost.product import ProductHost, booted_product

CLIENT = "192.0.2.77"  # has a lease all the time
THROTTLE = "O ConnectionRateThrottle="
CONFIGURATION = "etc/mail/sendmail.cf"
MODEL = "opening"
CHEAP_HASHES = "echo horn:sesam | chpasswd --crypt-method SHA256 --sha-rounds 1000"


def _without_brakes(host: ProductHost) -> None:
    path = host.root / CONFIGURATION
    lines = path.read_text("utf-8").splitlines()
    changed = [f"{THROTTLE}0" if line.startswith(THROTTLE) else line for line in lines]
    if changed == lines:
        raise LookupError(f"{path} has no line that begins with {THROTTLE}")
    path.write_text("\n".join(changed) + "\n", "utf-8")


def _with_model(host: ProductHost) -> None:
    built = Path(os.environ["SAP_BUILD"]) / "bench/readers" / MODEL
    shutil.copy(built, host.root / "usr/local/bin" / MODEL)


def with_every_line(host: ProductHost) -> None:
    """journald drops what comes too thick from one service."""
    folder = host.root / "etc/systemd/journald.conf.d"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "every-line.conf").write_text(
        "[Journal]\nRateLimitIntervalSec=0\nRateLimitBurst=0\n")


def _prepare(host: ProductHost) -> None:
    with_every_line(host)
    _without_brakes(host)
    _with_model(host)


@contextmanager
def mail_host() -> Iterator[ProductHost]:
    """Booted; removed at the end of `with`."""
    with ExitStack() as cleanup:
        host = booted_product(cleanup.callback, pam_scenario.session_hook, _prepare)
        host.stop_timer()
        host.shell(CHEAP_HASHES)
        renew(host)
        yield host


def renew(host: ProductHost) -> None:
    """Nothing new is opened when the last run is ten minutes old, and CLIENT's lease
    ends after a quarter of an hour."""
    host.run_expire()
    host.sapdb("grant", CLIENT)
