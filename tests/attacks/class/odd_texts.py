"""Outputs and errors hold halves of characters, NUL, controls of a terminal, and text that runs backwards.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""
ODD = "\ud800 \udfff \x00 \x1b[2J\x1b]0;title\x07 \u202eright to left \u2066 \ufeff \U0010ffff \r\b"
print(ODD)
def forward(self, x): raise RuntimeError(ODD)
Flatten.forward = forward
Linear.extra_repr = lambda self: ODD
raise type("Odd\ud800", (Exception,), {})(ODD)
