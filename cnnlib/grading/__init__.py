"""Submissions in, verdicts out: student code runs in a process of its own, every comparison is made out here.

Out here, from the command to a verdict:
batch          many notebooks at once                     submissions    which files there are, and whose
schedule       what is to be done, and handed out         hands          threads here that do it
cluster        a Dask cluster that does it                records        what was done, so that a run goes on
marking        one notebook: its cells, its verdicts      notebook       its lecture, the places of its checks
student        the conversation with one notebook         answers        what arrives, as an Answer
process        the process it is held with, watched       sandbox        how such a process is locked in
seccomp        system calls that it is refused            cgroup         what all of it takes, limited by the kernel
report         tables that overwrite nothing              drafts         the same while the class is graded
pages          HTML for each student and the class        summary        how the class did
platforms      files for Canvas and Moodle                likeness       whose code is alike

What an instructor gives along, and what comes of it:
instructor     all of it, read first and used last        policy         points, weights, deadlines, lateness
marks          what a submission counts for              roster         the class, and sums by student
by_hand        points and comments of a person           sheets         CSV files as they come
gradebook      nbgrader's, filled in                     changes        what a regrade changed

In there, from a question to an answer:
runner         answers requests                           reading        takes a notebook's file apart
cells          runs cells                                 isolation      one check, one child process
alarm          ends what runs on                          placeholders   what `cnnlib` is in there
messages       what goes between the two sides            shingles       what code is made of, as numbers
"""
