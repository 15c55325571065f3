"""A cell ends its process with the status 200, which is that of no signal.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import os
os._exit(200)
