# SPDX-License-Identifier: BSD-2-Clause
"""The structure of the source, and whether the documents say what it does.

    source.py        the files of the source tree
    code.py          what is read out of C files and tables
    test_arrows.py   includes go down only; who may print, log, ask PAM or libdb
    test_settings.py settings against manual page and sample file
    test_commands.py the help of sapdb against its manual page
    test_files.py    SPDX lines, sizes, names, format
    test_documents.py  manual pages are clean, links and names of tests resolve
    test_pages.py    what the pages have their reader type is known to a test
    test_debian.py   the package against the build
    test_units.py    the units' places are the defaults
"""
