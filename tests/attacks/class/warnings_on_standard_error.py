"""Right work says a lot on standard error, in cells and in checks.

Would gain: nobody; the class is not graded, or others lose marks or time.
Base: ada
"""

import logging, os, sys, warnings
warnings.simplefilter("always")
def forward(self, x, old=Linear.forward):
    warnings.warn("careful")
    logging.warning("careful")
    print("careful", file=sys.stderr)
    os.write(2, b"careful")
    return old(self, x)
Linear.forward = forward
Linear(2, 2)(torch.zeros(1, 2))
