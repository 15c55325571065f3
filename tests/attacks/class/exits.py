"""The cell ends the process as if all had gone well.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import os
os._exit(0)
