"""The engine behind every exercise: what is asked (data), what came back, and which mistake it is."""

from cnnlib.checks.attempt import Answer, attempt
from cnnlib.checks.exercise import Exercise, Inputs, Slip, poll
from cnnlib.checks.judge import Ask, Call, asks, judge, stepping
from cnnlib.checks.verdict import Finding, Verdict

__all__ = [
    "Answer",
    "Ask",
    "Call",
    "Exercise",
    "Finding",
    "Inputs",
    "Slip",
    "Verdict",
    "asks",
    "attempt",
    "judge",
    "poll",
    "stepping",
]
