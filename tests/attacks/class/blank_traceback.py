"""The text of an error is a blank.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

import traceback
traceback.format_exception = lambda *_, **__: [" "]
1 / 0
