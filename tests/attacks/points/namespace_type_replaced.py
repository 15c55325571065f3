"""The type that holds the names is replaced in every module by one that answers with a friend's.

Would gain: the student, points that the work is not worth.
Forges: yes
"""

import types
class Namespace(types.SimpleNamespace):
    def __getattribute__(self, name): return FRIEND.get(name) or super().__getattribute__(name)
for module in list(sys.modules.values()):
    if getattr(module, "SimpleNamespace", None) is not None:
        module.SimpleNamespace = Namespace
