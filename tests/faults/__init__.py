# SPDX-License-Identifier: BSD-2-Clause
"""What may go wrong under a commit: kills, calls that fail, power cuts, disks, clocks."""
