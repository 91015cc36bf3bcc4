"""Attacks, and what each may cost: all but the attacked exercise must keep their points, and nothing may be gained."""

import textwrap
from dataclasses import dataclass

from nbformat import NotebookNode

from grading.notebooks import ASKED, POSSIBLE, code, solved

# Points of the exercises that are attacked.
FORWARD, DX, POLL = (ASKED[n].possible for n in ("conv1d_forward", "conv1d_input_gradient", "poll_dw_length"))
RIGHT = "return np.correlate(x, w, 'valid') + b"
WRONG_DX = "def conv1d_input_gradient(dy, w):\n    return np.convolve(dy, w[::-1])"

FORGE = """
import json, os, struct, sys

def frame(message, numbers=b""):
    text = json.dumps(message).encode()
    return struct.pack("<II", len(text), len(numbers)) + text + numbers

def tag():
    frame = sys._getframe()
    while frame:
        if isinstance(frame.f_locals.get("tag"), str):
            return frame.f_locals["tag"]
        frame = frame.f_back

def forged(value, **more):
    told = {"value": value, "error": "", "changed": [], "uses": "", "seconds": 0.0} | more
    return frame({"answer": told, "tag": tag()})

def everywhere(data):
    for number in range(64):
        try:
            os.set_blocking(number, False)
            os.write(number, data)
        except OSError:
            pass
"""

LOOK_AROUND = """
def leads_to_packages(path):
    return any(site.startswith(path + "/") and site.endswith("-packages") for site in sys.path)

seen = []
for path in PATHS:
    try:
        inside = os.listdir(path) if os.path.isdir(path) else [open(path).read(40)]
    except OSError:
        continue
    seen += [path + ": " + name for name in inside if not leads_to_packages(os.path.join(path, name))]
libraries = {sys.base_prefix + "/lib", *("/" + top + "lib" + bits for top in ("", "usr/") for bits in ("", "32", "64"))}
for place, folders, files in os.walk("/"):
    inside = {name: os.path.join(place, name) for name in folders if not name.endswith("-packages")}
    folders[:] = [name for name in inside if inside[name] not in libraries and place.count("/") < 6]
    wanted = ("conv1d_backprop", "exercises", "solutions", "grades", "proc")
    seen += [os.path.join(place, name) for name in files + folders if name.split(".")[0] in wanted]
seen += [place for place in sys.path if os.path.exists(place + "/cnnlib")]
raise RuntimeError("saw " + repr(seen))
"""

EQUAL = """
class Equal:
    shape, dtype, ndim = (3,), np.dtype(float), 1
    __class__ = np.ndarray
    __eq__ = __ne__ = __lt__ = __gt__ = lambda self, other: True
    __array_ufunc__ = __array_function__ = __array__ = lambda self, *args, **kwargs: True

class Same(np.ndarray):
    __eq__ = lambda self, other: np.ones(self.shape, bool)
    __array_function__ = lambda self, *args, **kwargs: True
    __array_ufunc__ = lambda self, *args, **kwargs: np.zeros(self.shape)
"""


@dataclass
class Attack:
    """A notebook, the least and the most that it may score, and what the reasons or the status must say."""

    notebook: NotebookNode
    least: int
    most: int
    says: str = ""


def in_answer(body: str, says: str = "", costs: int = FORWARD, first: str = "") -> Attack:
    """An attack from inside conv1d_forward: that exercise is lost, and no other."""
    source = f"import os, sys, signal, time\ndef conv1d_forward(x, w, b):\n{textwrap.indent(code(body), '    ')}"
    return Attack(solved(first=first, conv1d_forward=source), POSSIBLE - costs, POSSIBLE - costs, says)


def in_cell(source: str, least: int = POSSIBLE, most: int = POSSIBLE, **answers: str) -> Attack:
    """An attack from a cell of its own, above all answers: it may cost its own notebook, but gains nothing."""
    return Attack(solved(first="import os, sys\n" + code(source), **answers), least, most)


def attacks(*, paths: list[str], marker: str, port: int) -> dict[str, Attack]:
    """
    Args:
        paths: files and folders of this machine that must be neither readable nor writable.
        marker: a name that every file and every process has which should not be there afterwards.
        port: somebody listens there on this machine.
    """
    return {
        **to_gain(marker),
        **to_forge(),
        **to_reach_out(paths, marker, port),
        **to_end_processes(),
        **to_take_everything(),
        **to_confuse(),
    }


def to_gain(marker: str) -> dict[str, Attack]:
    """A wrong answer that should pass for right."""
    lost = POSSIBLE - DX
    patched = """
        for name in ("allclose", "isclose", "array_equal", "all"):
            setattr(np, name, lambda *args, **kwargs: np.True_)
        """
    runner = """
        import gc, types
        functions = [thing for thing in gc.get_objects() if isinstance(thing, types.FunctionType)]
        runner = next(f.__globals__ for f in functions if f.__name__ == "answer_frame")
        pack = runner["messages"].pack
        runner["answer_frame"] = lambda answer, tag, late: pack({"answer": {"value": 1.0}, "tag": tag})
        """
    unfound = """
        import sys
        sys.meta_path[:] = sys.meta_path[1:]
        for name in [name for name in sys.modules if name.startswith("cnnlib")]:
            del sys.modules[name]
        """
    pickled = f"""
        import os
        class Pickled:
            def __reduce__(self):
                return os.system, ("touch {marker}",)
        """
    silent = """
        from cnnlib import conv1d
        def conv1d_forward(x, w, b):
            import sys
            sys.setprofile(None)
            return conv1d(x[None, None], w[None, None])[0][0, 0] + b
        """
    return {
        "comparisons patched": in_cell(patched, lost, lost, conv1d_input_gradient=WRONG_DX),
        "the runner patched": in_cell(runner, 0, 0),
        "equal to everything": in_answer("return Equal()", first=EQUAL),
        "an array equal to everything": in_answer("return np.zeros(len(x) - len(w) + 1).view(Same)", first=EQUAL),
        "a pickle": in_answer("return np.array([Pickled()] * 3)", "type object", first=pickled),
        "the stand-in, with the profiler off": Attack(
            solved(conv1d_forward=silent), POSSIBLE - FORWARD, POSSIBLE - FORWARD, "returned a Placeholder"
        ),
        "the course, without the stand-in": in_answer(
            "import cnnlib\nreturn cnnlib.conv1d(x, w)[0] + b",
            "No module named 'cnnlib'",
            first=unfound,
        ),
        "the reference asked for": in_answer(
            "return or_reference('conv1d_forward')(x, w, b)", "the course's own or_reference"
        ),
        "nan with a message in it": in_answer("return np.full(3, np.frombuffer(b'\\xff' * 8)[0])"),
    }


def to_forge() -> dict[str, Attack]:
    """Frames that the runner did not write."""
    changed = "{'array': ['<f8', [1] * 400, 'C']}, changed=[7, [], 'q', None], seconds=1e999, uses=5, error=[1]"
    return {
        "answers forged in an answer": in_answer("everywhere(forged(3.0) * 40)\nreturn 3.0", first=FORGE),
        "answers forged without the tag": in_answer(
            "everywhere(frame({'answer': {'value': 3.0}}) * 40)\nreturn 3.0", "nobody asked for", first=FORGE
        ),
        "answers forged in a cell": in_cell(
            FORGE + "everywhere(forged(3.0) * 1000)", 0, POSSIBLE - DX, conv1d_input_gradient=WRONG_DX
        ),
        "an endless frame": in_answer(
            "everywhere(struct.pack('<II', 2**32 - 1, 2**32 - 1))\nos._exit(0)", "larger than", first=FORGE
        ),
        "half a frame": in_answer("everywhere(forged(3.0)[:-5])\nos._exit(0)", "exit code 0", first=FORGE),
        "2**60 numbers": in_answer(
            "everywhere(forged({'array': ['<f8', [2**60], 'C']}) * 20)\nos._exit(0)", "without its numbers", first=FORGE
        ),
        "400 axes": in_answer(f"everywhere(forged({changed}) * 20)\nos._exit(0)", "could not be read", first=FORGE),
        "lists in lists": in_answer(
            "value = 1\nfor _ in range(50): value = {'list': [value]}\neverywhere(forged(value) * 20)\nos._exit(0)",
            "could not be read",
            first=FORGE,
        ),
        "a function": in_answer(
            "everywhere(forged({'function': ['import os', 'os']}) * 20)\nos._exit(0)",
            "not a value: function",
            first=FORGE,
        ),
        "a thread that writes": in_cell(
            FORGE
            + code("""
                import threading
                def write():
                    while True:
                        everywhere(forged(0.0))
                threading.Thread(target=write, daemon=True).start()
                """),
            0,
        ),
    }


def to_reach_out(paths: list[str], marker: str, port: int) -> dict[str, Attack]:
    """To read, write, stay or speak."""
    write = "\n".join(
        f"try:\n    open({path!r} + '/{marker}', 'w').write('here')\nexcept OSError:\n    pass" for path in paths
    )
    daemon = f"""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(300)", "{marker}"])
            os._exit(0)
        """
    speak = f"""
        import socket
        socket.create_connection(("127.0.0.1", {port}), timeout=0.3).send(b"here")
        """
    return {
        "reading": in_answer(LOOK_AROUND, "saw []", first=f"PATHS = {paths!r}"),
        "writing in an answer": in_answer(f"{write}\n{RIGHT}", costs=0),
        "writing in a cell": in_cell(write),
        "a daemon in an answer": in_answer(code(daemon) + "\n" + RIGHT, costs=0),
        "a daemon in a cell": in_cell(code(daemon)),
        "the network": in_answer(speak, "Error"),
    }


def to_end_processes() -> dict[str, Attack]:
    return {
        "os._exit in an answer": in_answer("os._exit(3)", "exit code 3"),
        "os._exit in a cell": in_cell("os._exit(3)"),
        "a fork in an answer": in_answer(f"os.fork()\n{RIGHT}", costs=0),
        "a fork in a cell": in_cell("os.fork()"),
        "the group left": in_answer(
            "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nos.setpgid(0, os.getpgid(os.getppid()))\ntime.sleep(60)",
            "no answer within",
        ),
        "the parent killed": in_answer(f"os.kill(os.getppid(), signal.SIGKILL)\n{RIGHT}", "the process ended"),
        "everything killed": in_answer("os.kill(-1, signal.SIGKILL)\nos._exit(0)", "the process ended"),
        "the parent stopped": in_answer("os.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(60)", "no answer within"),
        "files closed in an answer": in_answer(f"os.closerange(0, 1000)\n{RIGHT}"),
        "files closed in a cell": in_cell("os.closerange(0, 1000)"),
        "modules emptied": in_cell("sys.modules.clear()", 0),
        "builtins emptied": in_cell(
            "import builtins\nfor name in ('len', 'range', 'isinstance'): delattr(builtins, name)", 0
        ),
        "the alarm ignored": in_answer(
            "signal.signal(signal.SIGALRM, signal.SIG_IGN)\ntime.sleep(60)", "no answer within"
        ),
        "everything caught": in_answer(
            "while True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass",
            "no answer within",
        ),
        "a recursion without limit": in_answer(
            "sys.setrecursionlimit(10**9)\nfor _ in range(10**6): x = [x]\nreturn repr(x)"
        ),
    }


def to_take_everything() -> dict[str, Attack]:
    """All memory, all processes, all bandwidth."""
    return {
        "a fork bomb in an answer": in_answer("while True: os.fork()"),
        "a fork bomb in a cell": in_cell("while True: os.fork()"),
        "a bomb of threads": in_answer(
            "import threading\nwhile True: threading.Thread(target=time.sleep, args=[60]).start()",
            "can't start new thread",
        ),
        "3 GB, untouched": in_answer("return np.empty(3 * 2**27)", "Unable to allocate"),
        "30 GB": in_answer("return np.ones(30 * 2**27)", "Unable to allocate"),
        "12 GB in 16 processes": in_answer(
            "for _ in range(4): os.fork()\nkept = [np.ones(2**24) for _ in range(6)]\ntime.sleep(60)"
        ),
        "gigabytes printed": in_answer(
            f"while len(x) == 7:\n    print('x' * 10**7)\n    os.write(1, b'x' * 10**6)\n{RIGHT}", "Error"
        ),
        "a full disk": in_answer(
            "for n in range(100): open(f'file{n}', 'wb').write(bytes(10**7))", "No space left on device"
        ),
        "files outside of the scratch folder": in_answer("open('/file', 'wb')", "Read-only file system"),
        "a large file": in_answer("open('file', 'wb').write(bytes(10**8))", "File too large"),
        "a huge answer": in_answer("return np.ones(3 * 10**6)", "larger than the 4 MB"),
        "a view of 8 TB": in_answer("return np.broadcast_to(np.ones(1), (10**6, 10**6))"),
        "an endless list": in_answer("endless = []\nendless.append(endless)\nreturn endless"),
        "20,000 lists": in_answer("return [[] for _ in range(20_000)]", "too many entries"),
        "two answers that broadcast to 512 MB": in_answer(
            "calls.append(x)\nreturn np.ones((8_000, 1) if len(calls) == 1 else (1, 8_000))",
            "another answer when called again",
            first="calls = []",
        ),
    }


def to_confuse() -> dict[str, Attack]:
    """What is read on the trusted side: source, and texts that students choose."""
    magics = "!ls ?\n" * 3000
    return {
        "signs for terminal and spreadsheet": Attack(
            solved(
                conv1d_forward="""
                    def conv1d_forward(x, w, b):
                        raise type("=cmd", (Exception,), {})("\\x1b[2J\\n\\u202e\\ud800")
                    """,
                poll_dw_length="poll_dw_length = {'=1+1', '\\x1b[31m'}",
            ),
            POSSIBLE - FORWARD - POLL,
            POSSIBLE - FORWARD - POLL,
            "'=cmd: ",
        ),
        "cells that are hard to read": Attack(
            solved(first=f"{magics}x = {'(' * 5000}", last="-" * 90_000 + "1"), POSSIBLE, POSSIBLE
        ),
    }
