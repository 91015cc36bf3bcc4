"""Hostile notebooks in one batch: each gains nothing, costs no other, and leaves nothing behind."""

import socket
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
from grading.ambushes import ambushes
from grading.hostile import attacks
from grading.notebooks import (
    ROOT,
    text,
)
from grading.runs import Run, lost, run, tables_agree, tree

pytestmark = [pytest.mark.ci, pytest.mark.slow]

ATTACKS = attacks(paths=["nowhere"], marker="", port=0) | ambushes(marker="")


@dataclass
class Ambush:
    """A hostile batch, and what it was not to touch."""

    run: Run
    marker: str
    places: list[Path]  # where it was to be left
    called: bool  # over the network


@pytest.fixture(scope="module")
def ambush(bwrap: str, tmp_path_factory: pytest.TempPathFactory) -> Ambush:
    folder, out = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("out")
    private = tmp_path_factory.mktemp("private")
    (private / "secret").write_text("of this machine")
    marker = f"left-behind-{uuid.uuid4().hex}"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        places = [ROOT, ROOT / "cnnlib", folder, out, private, Path("/etc/passwd"), Path("/proc/1")]
        hostile = attacks(paths=[str(path) for path in places], marker=marker, port=server.getsockname()[1])
        hostile |= ambushes(marker)
        for name, attack in hostile.items():
            (folder / name).mkdir()
            (folder / name / "a.ipynb").write_text(text(attack.notebook))
        before = tree(folder), tree(private)
        done = run(folder, out, "--jobs", "3")  # most of them wait until they are ended
        assert (tree(folder), tree(private)) == before
        try:
            server.accept()
            called = True
        except BlockingIOError:
            called = False
    return Ambush(done, marker, [*places, Path.home(), Path(tempfile.gettempdir())], called)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing_and_costs_no_other(ambush, name):
    attack = ATTACKS[name]
    total = ambush.run.total(name)
    said = " ".join([total["status"], *lost(ambush.run.of(name)).values()])
    assert attack.least <= int(total["points"]) <= attack.most, said
    assert attack.says in said


def test_a_batch_of_attacks_is_finished(ambush):
    assert ambush.run.code == 0
    assert [row["student"] for row in ambush.run.totals] == sorted(ATTACKS)


def test_nothing_is_left_of_an_attack(ambush):
    assert not ambush.called
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if ambush.marker.encode() in contents(path)]
    assert not [place for place in ambush.places if (place / ambush.marker).exists()]


def contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has just ended
        return b""


def test_texts_of_students_do_nothing_on_a_terminal_or_in_a_spreadsheet(ambush):
    for row in [*ambush.run.grades, *ambush.run.totals]:
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "-", "@")
            assert cell.isprintable()
    assert ambush.run.printed.replace("\n", "").isprintable()


def test_the_tables_agree(ambush):
    assert tables_agree(ambush.run)
