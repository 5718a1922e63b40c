# SPDX-License-Identifier: BSD-2-Clause
"""quantile - the value that a share of all values does not exceed."""

import math
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """`share` 0.5 is the median. Of a few values p99 is the greatest."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
