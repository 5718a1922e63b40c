# SPDX-License-Identifier: BSD-2-Clause
"""The shell parts of tools/, with stand-ins for what takes minutes.

    test_packages.py  packages.sh: when a build begins anew, where the cache is
    test_pictures.py  docs/pictures: each SVG is of the text beside it
"""
