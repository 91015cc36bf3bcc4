"""Submissions in, verdicts out: student code runs in a process of its own, every comparison is made out here.

Out here, from the command to a verdict:
batch          many notebooks at once                     submissions    which files there are, and whose
marking        one notebook: its cells, its verdicts      notebook       what a file holds, and which lecture it is
student        the conversation with one notebook         process        the process it is held with, watched
sandbox        how such a process is locked in            report         tables that overwrite nothing

In there, from a question to an answer:
runner         runs cells, calls functions                isolation      one check, one child process
placeholders   what `cnnlib` is in there                  messages       what goes between the two sides
"""
