# SPDX-License-Identifier: BSD-2-Clause
"""Whether a count is larger than chance makes it."""

from math import exp, lgamma, log
from typing import NamedTuple

RARE = 1e-6  # a false alarm must be far rarer: what is counted comes in clusters


class Count(NamedTuple):
    """So many `events`, of so many `tries`; there may be several in one."""
    events: int
    tries: int

    def __str__(self) -> str:
        return f"{self.events} in {self.tries}"


def _at_least(least: int, total: int, chance: float) -> float:
    """Of the binomial distribution, by logarithms: its factors overflow."""
    return sum(exp(lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1)
                   + k * log(chance) + (total - k) * log(1 - chance))
               for k in range(least, total + 1))


def is_more(one: Count, other: Count, fold: float) -> bool:
    """Whether `one` has more than `fold` times the rate of `other`. Were it just that,
    each event would be one of `one` with the same chance, and their number binomial."""
    chance = fold * one.tries / (fold * one.tries + other.tries)
    return _at_least(one.events, one.events + other.events, chance) < RARE
