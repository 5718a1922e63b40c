# SPDX-License-Identifier: BSD-2-Clause
"""telling - how the demos speak to the person who watches."""

import sys
import textwrap

_step = 0


def step(headline: str) -> None:
    """A new scene, numbered."""
    global _step
    _step += 1
    print(f"\n\033[1m{_step}. {headline}\033[0m" if sys.stdout.isatty()
          else f"\n{_step}. {headline}", flush=True)


def say(text: str) -> None:
    """A sentence of ours."""
    print(textwrap.fill(text, 78, initial_indent="   ", subsequent_indent="   "), flush=True)


def show(text: str, mark: str = " ") -> None:
    """What a program printed; `mark` says who speaks: > us, < a server, $ a shell."""
    for line in text.rstrip("\n").splitlines():
        print(f"     {mark} {line}", flush=True)


def expect(condition: bool, otherwise: str) -> None:
    """The demo shows what happens; if it does not happen, it must not pass."""
    if not condition:
        sys.exit(f"\nThe demo failed: {otherwise}")
