"""The decks' claims: each trial decides by a measurement that needs no formula of ours; tables say what it said."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from scipy.ndimage import uniform_filter
from scipy.signal import convolve2d, correlate2d
from scipy.special import expit, softmax

from cnnlib.plotting import slips as drawn
from cnnlib.slips import CLAIMS, GROUPS, KINDS, Trial, same, verdict
from cnnlib.slips.claim import NONE, outcome
from cnnlib.slips.examples import ARORA, DY, PADDED, W

LECTURES = Path(__file__).parents[1] / "lectures"
NAMED = {claim.name: claim for claim in CLAIMS}

# What libraries say that share no code with ours.
ORACLES = {
    "sum_with_one_weight": convolve2d(*ARORA, "valid")[0, 0],
    "row_for_column": correlate2d(*ARORA, "valid").ravel(),
    "a_row_twice": correlate2d(*ARORA, "valid").ravel(),
    "convolution_without_a_flip": convolve2d(*ARORA, "valid").ravel(),
    "one_sign_two_meanings": convolve2d(*ARORA, "valid").ravel(),
    "a_flip_that_is_none": correlate2d(*ARORA, "valid").ravel(),
    "turned_then_convolved": correlate2d(*ARORA, "valid").ravel(),
    "a_flip_too_many": convolve2d(DY, W),
    "a_number_rotated": convolve2d(DY, W).ravel(),
    "rows_for_columns": correlate2d(PADDED, W[::-1, ::-1], "valid"),
    "two_flips_that_cancel": correlate2d(np.arange(9.0).reshape(3, 3) ** 2, DY, "valid"),
    "plus_for_a_layer_that_flips": correlate2d(PADDED, W, "valid").ravel(),
    "pivot_not_taken_off": softmax([1.0, 2, 3])[:-1],
    "one_term_of_a_row": softmax([1.0, 2, 0.5]) - [0, 1, 0],
    "two_for_z": expit([-1.0, 0, 3]),
    "slope_for_input": np.correlate(expit([0.5, -1, 2, 0]), [5, 7, 11]),
    "times_for_divided": uniform_filter([[8.0, 0], [0, 0]], 2, origin=-1, mode="constant").max() * np.ones((2, 2)),
}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_our_formula_gives_what_is_measured_and_the_claim_is_refuted_unless_it_was_a_false_alarm(claim):
    trial = claim.decide()
    assert same(trial.right, trial.measured)
    assert verdict(trial) == ("holds" if claim.kind == "suspect" else "refuted")


@pytest.mark.parametrize("name", ORACLES)
def test_what_is_right_is_what_other_libraries_say(name):
    assert same(NAMED[name].decide().right, ORACLES[name])


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_says_all_that_a_reader_needs(claim):
    assert all((claim.deck, claim.place, claim.printed, claim.right, claim.why, claim.decide().asked))
    assert claim.deck in {"Arora", "Lee", "Raj", "Mahmoud", "Shi"}
    assert claim.kind in KINDS
    assert len(claim.printed) < 120, "a short quotation"
    assert claim.printed.count("“") == claim.printed.count("”")


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_leads_to_a_section_of_a_lecture(claim):
    path = LECTURES / f"{claim.lecture}.ipynb"
    if not path.exists():
        pytest.skip(f"{claim.lecture} is not there yet")
    cells = nbformat.read(path, as_version=4).cells
    titles = [
        title for cell in cells if cell.cell_type == "markdown" for title in re.findall(r"^#+ (.+)$", cell.source, re.M)
    ]
    assert claim.section in titles


NAMED_IN_TEXT = [claim for claim in CLAIMS if claim.lecture[:2] in ("04", "05", "06", "08", "09")]


@pytest.mark.parametrize("claim", NAMED_IN_TEXT, ids=lambda claim: claim.name)
def test_a_claim_stands_under_its_name_in_the_folded_section_of_its_lecture(claim):
    cells = nbformat.read(LECTURES / f"{claim.lecture}.ipynb", as_version=4).cells
    (folded,) = [cell.source for cell in cells if cell.source.startswith("## Where the decks slip")]
    assert claim.section == "Where the decks slip"
    assert f"<code>{claim.name}</code>" in folded
    assert not set(re.findall(r"<code>(\w+)</code>", folded)) - set(NAMED), "a trial that does not exist"


def test_names_are_unique_and_every_claim_is_in_one_group():
    assert len(NAMED) == len(CLAIMS) == sum(map(len, GROUPS.values()))


@pytest.mark.parametrize(
    ("printed", "right", "measured", "said"),
    [
        (1, 2, 2, "refuted"),
        (2, 2, 2, "holds"),
        (2, 2, 1, "open"),
        (1, 1, 2, "open"),
        ([1, 2], [1, 2 + 1e-9], np.array([1.0, 2]), "holds"),
        (np.ones((1, 3)), np.ones(3), np.ones(3), "refuted"),
        (NONE, 1, 1, "refuted"),
        (np.nan, 1, 1, "refuted"),
        (True, False, False, "refuted"),
    ],
)
def test_a_verdict_follows_from_three_results(printed, right, measured, said):
    assert verdict(Trial("", printed, right, measured)) == said


def test_what_cannot_be_computed_is_said_in_words_and_other_faults_are_not_hidden():
    assert outcome(lambda: np.ones(3) + np.ones(4)) == NONE
    assert outcome(lambda: np.ones(3)[5]) == NONE
    assert outcome(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        outcome(lambda: 1 // 0)


@pytest.mark.parametrize("make", [drawn.table, drawn.overview])
def test_a_table_shows_every_claim_once_and_reads_well_without_style(make):
    made = make(CLAIMS)._repr_mimebundle_()
    html, text = made["text/html"], made["text/plain"]
    assert html.count("<tr>") == len(CLAIMS) + 1
    assert html.count("✗\u00a0refuted") == text.count("✗\u00a0refuted") == sum(c.kind != "suspect" for c in CLAIMS)
    assert html.count("✓\u00a0holds") == text.count("✓\u00a0holds") == sum(c.kind == "suspect" for c in CLAIMS)
    assert "style=" not in html
    for claim in CLAIMS:
        assert f'href="{claim.lecture}.ipynb#{claim.section.replace(" ", "-")}"' in html
        assert claim.printed in text


def test_the_counts_add_up():
    html = drawn.counts().html
    rows = [re.findall(r"<div[^>]*>(?:<b>)?(.*?)(?:</b>)?</div>", row) for row in html.split("<tr>")[2:]]
    *kinds, refuted, holds = [[int(n) if n.isdigit() else 0 for n in row[2:]] for row in rows]
    assert np.array_equal(np.sum(kinds, axis=0), np.add(refuted, holds))
    assert sum(refuted) + sum(holds) == len(CLAIMS)


def test_a_lecture_runs_the_trials_of_its_own_claims(capsys):
    drawn.trials("05_conv1d_backprop")
    shown = capsys.readouterr().out
    assert [c.name for c in CLAIMS if f"  {c.name}\n" in shown] == [
        c.name for c in CLAIMS if c.lecture == "05_conv1d_backprop"
    ]
    assert "✗\u00a0refuted  a_transpose_too_many\n" in shown
    assert "as printed does not fit, right [5, 2, 4, −11], measured [5, 2, 4, −11]" in shown


def test_a_proof_shows_the_code_that_decides(capsys):
    drawn.proof(NAMED["power_without_a_sign"])
    shown = capsys.readouterr().out
    assert shown.startswith("def power_without_a_sign()")
    assert "verdict   refuted" in shown
    assert "@claim" not in shown


def test_the_figure_counts_how_often_draws_show_a_slip():
    slips = {"always": (lambda x, w: x, lambda x, w: x + 1), "never": (lambda x, w: w, lambda x, w: w)}
    ways = {"ones": lambda rng, size: np.ones(size), "half": lambda rng, size: rng.random(size)}
    figure = drawn.shares(slips, ways, lambda got, due: not np.array_equal(got, due), tries=8)
    assert "always: ones 100%, half 100%; never: ones 0%, half 0%" in figure.get_label()
