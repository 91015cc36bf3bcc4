"""What is true of every right answer, and not of this one; and up to which size of an argument it is right."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cnnlib.checks import show
from cnnlib.checks.asking import Question
from cnnlib.checks.causes import Cause, Trials
from cnnlib.checks.exercise import Property
from cnnlib.checks.part import Part, Trial


def violated(part: Part, trials: Trials, asked: Sequence[Question]) -> Iterator[Cause]:
    """What can be said of the cases that an answer fails, from them and from what was asked once more."""
    for question in asked:
        if question.grown:
            yield from _right_until(part, question)
    for claim in part.exercise.properties:
        for trial in trials if not claim.changed else ():
            if wrong := _fault(claim, part.got(trial.answer.value)[0], **trial.inputs):
                where = "" if trial is trials[0] else ", in another case than the one shown"
                yield Cause(f"{claim.says}; {wrong}{where}", general=False)
                break
    for question in asked:
        before = part.array(question.trial.answer)
        if question.claim and not question.answers[0].error and before is not None:
            wrong = _fault(question.claim, part.got(question.answers[0].value)[0], before, **question.trial.inputs)
            if wrong and np.isfinite(before).all():
                yield Cause(f"{question.claim.says}; {wrong}", general=False)


def _fault(claim: Property, *answers: Any, **inputs: Any) -> str:
    try:
        return claim.wrong(*answers, **inputs)
    except Exception:  # whatever came back, nothing can be said of it
        return ""


def _right_until(part: Part, question: Question) -> Iterator[Cause]:
    """Up to which size of an argument is the answer right?"""
    name, last = question.grown, None
    for inputs, answer in zip(question.calls, question.answers, strict=True):
        one = Trial(inputs, part.exercise.answer(inputs).value, answer)
        largest = show.number(float(np.abs(inputs[name]).max(initial=0)))
        if part.difference(one):
            if last is not None:
                result = answer.error or show.value(part.got(answer.value)[0])
                text = f"it is right while the largest |{name}| is {last}, and wrong where it is {largest}"
                yield Cause(f"{text}: there your {part.result} is {result}", general=False)
            return
        last = largest
