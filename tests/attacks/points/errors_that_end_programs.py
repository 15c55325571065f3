"""Checks meet SystemExit, KeyboardInterrupt, GeneratorExit and an error of the student's own that is no Exception.

Would gain: the student, points that the work is not worth.
"""

class Own(BaseException): pass
def forward(self, x):
    raise {2: SystemExit(0), 3: KeyboardInterrupt(), 4: GeneratorExit()}.get(x.dim(), Own())
Flatten.forward = forward
