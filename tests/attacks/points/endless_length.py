"""Lengths, iterations and names in a container do not end.

Would gain: the student, points that the work is not worth.
At most: yes
"""

import itertools, sys
Sequential.__len__ = lambda self: sys.maxsize
Sequential.__iter__ = lambda self: itertools.repeat(self)
