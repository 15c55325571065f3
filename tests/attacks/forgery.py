"""What an attack knows that answers in the place of checks: the wire, and a friend's right answers."""

import gc, json, os, socket, struct, sys, threading, time
from types import SimpleNamespace
from autograder.checks import checks_of
from autograder.observe import observe
from autograder.sandbox import wire
from autograder.sandbox.program import PlannedCheck

FRIEND = {}
exec(FRIENDS_ANSWERS, FRIEND)
FAILED = [("Linear", "refusals"), ("Linear", "affine_map"), ("Linear", "parameters"), ("Flatten", "rows")]


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
