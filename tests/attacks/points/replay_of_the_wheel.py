"""No exercise is written: the right answers that every student has, for other seeds, are given in the checks' place.

Would gain: the student, points that the work is not worth.
Base: dennis
Answers itself: yes
"""

import base64
import io
import json
import zipfile
import zlib
from pathlib import Path

from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.expectations.recorded import RUN_SEEDS, RecordedExpectations
from autograder.observe import seed_of
from autograder.sandbox import wire
from tests.attacks.corpus import write
from tests.instructor.grading.broken import cell

REPLAY = '''
import base64, json, os, socket, zlib
from autograder.sandbox import wire
ANSWERS = json.loads(zlib.decompress(base64.b85decode(PACKED_0 + PACKED_1 + PACKED_2)))
ours = socket.socket(fileno=os.dup(3))
if os.fork() == 0:
    os.kill(os.getppid(), 19)
    wire.send(ours, {"cell": "layers-Sequential", "stdout": "", "error": ""})
    wire.send(ours, {"ready": True})
    plan, _ = wire.receive(ours)
    for one in plan["checks"]:
        header, body = ANSWERS.get(one["exercise"] + "." + one["name"], [{"kind": "error"}, ""])
        wire.send(ours, {"exercise": one["exercise"], "check": one["name"], "answer": header}, base64.b64decode(body))
    wire.send(ours, {"end": True})
    os._exit(0)
'''


def change(path: Path, notebook: NotebookNode) -> None:
    with zipfile.ZipFile(next((path.parents[3] / "release").glob("*.zip"))) as bundle:
        (wheel,) = (name for name in bundle.namelist() if name.endswith(".whl"))
        with zipfile.ZipFile(io.BytesIO(bundle.read(wheel))) as opened:
            (record,) = (name for name in opened.namelist() if name.endswith("records/layers.safetensors"))
            recording = path.with_name("record")
            recording.write_bytes(opened.read(record))
    expect, answers = RecordedExpectations(recording), {}
    for check in checks_of("layers"):
        if not check.hidden:
            header, body = wire.pack_answer(expect.reference(check, seed_of(RUN_SEEDS[0], check)))
            answers[f"{check.exercise}.{check.name}"] = [header, base64.b64encode(body).decode()]
    recording.unlink()
    packed = base64.b85encode(zlib.compress(json.dumps(answers).encode(), 9))
    size = len(packed) // 3 + 1  # all of it is too long for one answer
    for at, name in enumerate(("Linear", "Flatten", "cross_entropy")):
        cell(notebook, f"layers-{name}").source = f"PACKED_{at} = {packed[at * size:(at + 1) * size]!r}\n"
    cell(notebook, "layers-Sequential").source += REPLAY
    write(path, notebook)
