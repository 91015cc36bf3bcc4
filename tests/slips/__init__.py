"""Lecture by lecture, wrong answers that only the checks are checked with."""
