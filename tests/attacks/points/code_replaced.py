"""The code object of the function that runs a check is replaced.

Would gain: the student, points that the work is not worth.
Forges: yes
"""

import autograder.observe
old = type(observe)(observe.__code__, observe.__globals__, "old", observe.__defaults__, observe.__closure__)
sys.modules["autograder.observe"].__dict__.update(old=old, names_of_a_friend=SimpleNamespace(**FRIEND))
def theirs(check, names, seed): return old(check, names_of_a_friend, seed)
observe.__code__ = theirs.__code__
