# SPDX-License-Identifier: BSD-2-Clause
"""embedded_login - one login through the real libpam, as a mail daemon does it.

    log_in(folder_of_service_files, "pop3", "horn", "192.0.2.77") -> True

Calls authenticate and acct_mgmt: what every POP3 and IMAP daemon calls.
"""

import ctypes
from pathlib import Path

PAM_SUCCESS = 0
PAM_RHOST = 4

_CONVERSATION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
                                 ctypes.c_void_p, ctypes.c_void_p)


class _Conv(ctypes.Structure):
    _fields_ = [("ask", _CONVERSATION), ("data", ctypes.c_void_p)]


def _ask_nothing(_count, _messages, _answers, _data) -> int:
    return 19  # PAM_CONV_ERR: no module of this demo has a question


def log_in(services: Path, service: str, user: str, address: str) -> bool:
    """Whether all calls returned PAM_SUCCESS."""
    pam = ctypes.CDLL("libpam.so.0")
    conversation = _Conv(_CONVERSATION(_ask_nothing), None)
    handle = ctypes.c_void_p()
    result = pam.pam_start_confdir(service.encode(), user.encode(),
                                   ctypes.byref(conversation), str(services).encode(),
                                   ctypes.byref(handle))
    if result == PAM_SUCCESS:
        result = pam.pam_set_item(handle, PAM_RHOST, address.encode())
    for call in (pam.pam_authenticate, pam.pam_acct_mgmt):
        if result == PAM_SUCCESS:
            result = call(handle, 0)
    pam.pam_end(handle, result)
    return result == PAM_SUCCESS
