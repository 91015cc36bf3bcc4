"""Files as large as the grader reads them."""

import pytest
from grading.notebooks import POSSIBLE, SEED, graded, solved

from cnnlib.grading.marking import grade_notebook
from cnnlib.grading.process import Limits
from cnnlib.grading.submissions import Submission

pytestmark = pytest.mark.ci

ONE_WORKER = True  # each takes 3 GB


def test_a_hundred_megabytes_of_pictures_cost_nothing(launcher, tmp_path):
    notebook = solved()
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (45 << 20)}}
    notebook.cells[-1].outputs = [picture, picture]
    assert graded(notebook, launcher, tmp_path).points == POSSIBLE


@pytest.mark.parametrize("entry", ["{}", "[]", "1", "1e9", '""', '{"a":{}}'])
def test_a_file_full_of_small_things_harms_nothing(launcher, tmp_path, entry):
    path = tmp_path / "a.ipynb"
    count = (60 << 20) // (len(entry) + 1)
    path.write_text('{"cells": [' + ",".join([entry] * count) + "]}")
    done = grade_notebook(Submission("a", "a.ipynb", path=path), launcher, Limits(), SEED, path.read_bytes())
    assert done
    assert done.points == 0
    assert done.status.startswith(("not read", "not graded: no exercise", "not a notebook"))
