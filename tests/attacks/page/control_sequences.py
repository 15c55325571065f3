"""Cells, errors, their names and what checks observe hold sequences that a terminal obeys.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
"""
CONTROLS = "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://elsewhere.example\x1b\\click\x9b31m\x1b[8m\r\b\x7f"
print(CONTROLS)
Odd = type(CONTROLS, (RuntimeError,), {})
def forward(self, x): raise Odd(CONTROLS)
Flatten.forward = forward
raise Odd(CONTROLS)
