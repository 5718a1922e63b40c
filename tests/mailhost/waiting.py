# SPDX-License-Identifier: BSD-2-Clause
"""waiting - look again until it is so, but not for ever."""

import time
from collections.abc import Callable

STEP = 0.02


def wait_for(condition: Callable[[], bool], seconds: float, complaint: str) -> None:
    """Return as soon as `condition()` is true. Raises TimeoutError(complaint)
    when it still is not after `seconds`; it is asked once at least."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(STEP)
