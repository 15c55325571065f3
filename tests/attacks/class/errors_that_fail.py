"""The text of an error raises an error, has a gigabyte, or is no text.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

class Bad(ValueError):
    def __str__(self): raise self
class Big(ValueError):
    def __str__(self): return "x" * (1 << 30)
class Wrong(ValueError):
    def __str__(self): return 5
Wrong.__name__ = "x" * 100_000
def forward(self, x): raise (Bad() if x.dim() == 2 else Big() if x.dim() == 4 else Wrong())
Flatten.forward = forward
