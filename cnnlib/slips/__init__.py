"""Where the decks slip: every claim as data, with the trial that decides it.

claim     what a claim and a trial are, and the verdict
ends      indices that run too far               letters   indices that point elsewhere
flips     which way round the kernel lies        sums      terms that are missing
factors   a sign, a factor, the wrong slope      shapes    arrays that do not fit together
maps      maps of the wrong size or layer        loops     pooling, line by line
words     words that say too much                misread   numbers that cannot be
holds     what looks wrong and holds             examples  numbers that several trials share
"""

from cnnlib.slips import ends, factors, flips, holds, letters, loops, maps, misread, shapes, sums, words
from cnnlib.slips.claim import KINDS, Claim, Trial, same, verdict

# The claims of each file, as they stand in it; in the order of lecture 11.
GROUPS = {
    module.__name__.rpartition(".")[2]: tuple(one for one in vars(module).values() if isinstance(one, Claim))
    for module in (ends, letters, flips, sums, factors, shapes, maps, loops, words, misread, holds)
}
CLAIMS = tuple(claim for group in GROUPS.values() for claim in group)

__all__ = ["CLAIMS", "GROUPS", "KINDS", "Claim", "Trial", "same", "verdict"]
