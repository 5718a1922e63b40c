# SPDX-License-Identifier: BSD-2-Clause
"""What people would use instead, each written anew from how it works."""

from pathlib import Path

CLEAN = Path(__file__).parent / "clean_1999.sh"
