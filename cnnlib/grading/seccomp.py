"""The system calls that a student's process is refused: a filter for the kernel, as bubblewrap's --seccomp takes it.

What a notebook needs passes. Refused is memory that no limit of a process counts, looking into other processes, new
namespaces and mounts, sockets to anywhere else, and the parts of the kernel that have been broken most often.
"""

import errno
import platform
import socket
import struct
import sys

# The numbers are those of <asm/unistd_64.h> for x86-64 and of <asm-generic/unistd.h> for aarch64.
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column below, AUDIT_ARCH of <linux/audit.h>
REFUSED = {
    # memory that belongs to no process
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "syslog": (103, 116),
    "fanotify_init": (300, 262),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "acct": (163, 89),
    "quotactl": (179, 60),
}
CLONE, SOCKET, CLONE3 = (56, 220), (41, 198), (435, 435)
NEW_NAMESPACES = 0x7E020080  # CLONE_NEWUSER, -PID, -NET, -UTS, -IPC, -CGROUP, -NS, -TIME of <linux/sched.h>
X32 = 0x40000000  # the bit of x86-64's other numbers for the same calls

# Instructions of <linux/bpf_common.h>, answers of <linux/seccomp.h>, places in its struct seccomp_data.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16


def program(machine: str) -> bytes:
    """The filter for a machine of MACHINES: struct sock_filter, one after the other."""
    column, architecture = MACHINES[machine]
    refuse, unknown = _answer(FAIL | errno.EPERM), _answer(FAIL | errno.ENOSYS)
    steps = [_load(ARCHITECTURE), _step(EQUAL, architecture, otherwise=0, then=1), _answer(KILL), _load(NUMBER)]
    if machine == "x86_64":
        steps += [_step(AT_LEAST, X32), unknown]
    steps += [_step(EQUAL, CLONE3[column]), unknown]  # its flags cannot be read here; libraries then use clone
    for numbers in REFUSED.values():
        steps += [_step(EQUAL, numbers[column]), refuse]
    steps += [_step(EQUAL, CLONE[column], otherwise=4), _load(FIRST_ARGUMENT)]
    steps += [_step(ANY_BIT, NEW_NAMESPACES), refuse, _answer(ALLOW)]
    steps += [_step(EQUAL, SOCKET[column], otherwise=3), _load(FIRST_ARGUMENT)]
    steps += [_step(EQUAL, socket.AF_UNIX, then=1, otherwise=0), refuse, _answer(ALLOW)]
    return b"".join(steps)


def machine() -> str | None:
    """This machine's name if there is a filter for it; None for any other, a 32-bit Python among them."""
    name = platform.machine()
    return name if name in MACHINES and sys.maxsize > 2**32 else None


def _load(place: int) -> bytes:
    return struct.pack("=HBBI", LOAD, 0, 0, place)


def _step(test: int, value: int, then: int = 0, otherwise: int = 1) -> bytes:
    """Go on where the test holds, else skip one instruction; or skip as many as said."""
    return struct.pack("=HBBI", test, then, otherwise, value)


def _answer(value: int) -> bytes:
    return struct.pack("=HBBI", RETURN, 0, 0, value)
