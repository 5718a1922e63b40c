# SPDX-License-Identifier: BSD-2-Clause
"""figures - medians and the like of many runs."""

import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest value that at least `percent` of them do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered), int(rank)) - 1)]


def spread(values: Sequence[float]) -> str:
    """What a median hides."""
    return f"p10 {percentile(values, 10):.0f}, p90 {percentile(values, 90):.0f}"
