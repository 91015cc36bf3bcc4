"""solutions/ -> lectures/: the students' notebooks from the solved ones.

notebooks   stubs for answers, executed, outputs saved        points   what the text says of points, compared
"""
