"""Modules with our names, torch's and the kernel's lie in front on the path.

Would gain: the student, points that the work is not worth.
"""

import os, sys
for name in ("autograder", "torch", "ipykernel", "IPython", "json", "nbgrader", "safetensors", "layers", "solutions"):
    os.makedirs(f"/tmp/{MARK}/{name}", exist_ok=True)
    open(f"/tmp/{MARK}/{name}/__init__.py", "w").write("raise SystemExit")
    open(f"/tmp/{name}.py", "w").write("raise SystemExit")
sys.path[:0] = [f"/tmp/{MARK}", "/tmp"]
