#!/usr/bin/env python3
"""Runs a command on what looks like a kernel without Landlock: its three system calls answer ENOSYS.

The product has to work there, too: tests/without-landlock.py cargo test -p cofferdam
"""

import ctypes
import os
import struct
import sys

# landlock_create_ruleset to landlock_restrict_self, the same numbers on every architecture.
FIRST, LAST, ENOSYS = 444, 446, 38
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, AT_LEAST, MORE_THAN, RETURN = 0x20, 0x35, 0x25, 0x06
ERROR, ALLOW = 0x00050000, 0x7FFF0000


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def step(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)


filter = b"".join([
    step(LOAD, 0, 0, 0),
    step(AT_LEAST, 0, 2, FIRST),
    step(MORE_THAN, 1, 0, LAST),
    step(RETURN, 0, 0, ERROR | ENOSYS),
    step(RETURN, 0, 0, ALLOW),
])
buffer = ctypes.create_string_buffer(filter)
program = Program(len(filter) // 8, ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)):
    sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[1], sys.argv[1:])
