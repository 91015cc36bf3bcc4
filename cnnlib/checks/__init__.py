"""The engine behind every exercise: what is asked (data), what came back, and which mistake it is."""

from cnnlib.checks.calling import Answer, Ask, Call, attempt
from cnnlib.checks.cases import Inputs, stepping
from cnnlib.checks.exercise import Exercise, Forward, Property, Shown, Slips, poll
from cnnlib.checks.judging import asks, judge
from cnnlib.checks.verdict import Finding, Verdict

__all__ = [
    "Answer",
    "Ask",
    "Call",
    "Exercise",
    "Finding",
    "Forward",
    "Inputs",
    "Property",
    "Shown",
    "Slips",
    "Verdict",
    "asks",
    "attempt",
    "judge",
    "poll",
    "stepping",
]
