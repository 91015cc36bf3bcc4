"""Right answers written in other ways, and random inputs for each exercise: one module a lecture.

A module has VARIANTS, exercise name -> functions that must be accepted (beside the reference and the notebook's own
answer), and BATTERY, exercise name -> a function of a random generator that makes inputs with random shapes, which
decides whether a mutant is equivalent to the reference.
"""
