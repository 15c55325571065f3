"""Right work leaves as many processes behind as it may start, and they stay.

Would gain: nobody; whoever does it without thinking would lose all marks.
Base: ada
"""
import os, time
for _ in range(64):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        break
