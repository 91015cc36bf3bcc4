"""A course of one small lecture, made for tests: a new exercise or lecture of the real course changes none of them."""
