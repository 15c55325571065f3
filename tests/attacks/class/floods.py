"""Standard output, standard error and their descriptors get more than anybody reads.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

import os, sys
for _ in range(200):
    print("x" * 100_000)
    print("\n" * 100_000, file=sys.stderr)
for descriptor in (1, 2):
    for _ in range(200): os.write(descriptor, b"x" * 100_000)
