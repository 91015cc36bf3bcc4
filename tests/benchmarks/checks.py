"""How long a check takes, for right answers and for wrong ones: `python tests/benchmarks/checks.py`.

For every exercise the reference, each slip, and each wrong answer of tests/slips is judged five times; of each the
fastest counts, in milliseconds of wall time. Prints a row an exercise: right, the median and the
slowest of the wrong ones, and which of them that is.
"""

import importlib
import statistics
import sys
import time
import warnings
from pathlib import Path


def milliseconds(exercise, answer):
    from cnnlib.checks import asks, judge

    times = []
    for _ in range(5):
        start = time.perf_counter()
        judge(exercise, asks(answer))
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def main():
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]  # for `slips`, and for cnnlib
    from cnnlib.exercises import lectures

    warnings.simplefilter("ignore")
    print(f"{'exercise':<28}{'right':>8}{'wrong':>8}{'slowest':>9}  ms")
    for lecture, exercises in lectures().items():
        slips = importlib.import_module(f"slips.{lecture.split('_', 1)[1]}").SLIPS
        for exercise in exercises:
            wrong = [(says, slip) for says, slip in exercise.slips.items()]
            wrong += [(f"slip {n}", answer) for n, answer in enumerate(slips.get(exercise.name, []))]
            if wrong:
                times = sorted((milliseconds(exercise, answer), name) for name, answer in wrong)
                slowest, name = times[-1]
                middle = statistics.median(ms for ms, _ in times)
                right = milliseconds(exercise, exercise.reference)
                print(f"{exercise.name:<28}{right:8.0f}{middle:8.0f}{slowest:9.0f}  {name}", flush=True)


if __name__ == "__main__":
    main()
