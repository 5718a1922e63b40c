# SPDX-License-Identifier: BSD-2-Clause
"""Those who want to be let in, or to break something: in the table, its folder, the queue."""
