# SPDX-License-Identifier: BSD-2-Clause
"""Tests that cannot run in a build with a sanitizer, or only there, say so themselves."""

import os
import unittest

SANITIZER = os.environ.get("SAP_SANITIZER", "none")


def is_on(name: str) -> bool:
    return name in SANITIZER.split(",")


def not_under_a_sanitizer(why: str) -> None:
    if SANITIZER != "none":
        raise unittest.SkipTest(f"not in a build with -fsanitize={SANITIZER}: {why}")
