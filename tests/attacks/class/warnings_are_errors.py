"""Right work turns all warnings into errors.

Would gain: nobody; the class is not graded, or others lose marks or time.
Base: ada
"""

import warnings
warnings.simplefilter('error')
