"""Submissions in, verdicts out: student code runs in a process of its own, every comparison is made out here.

submissions   which files there are, and whose         notebook   what a file holds, and which lecture it is
batch         many notebooks at once                   marking    one notebook: its cells, its checks, its verdicts
report        tables that overwrite nothing
student       the conversation with one notebook       process    the process it is held with, watched from out here
sandbox       how such a process is locked in          runner     the same process, from inside
standin       what `cnnlib` is in there                wire       what goes between the two sides
"""
