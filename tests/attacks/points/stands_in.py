"""A child stops its parent, says in its place that the cells have ended, and answers all checks, most right.

Would gain: the student, points that the work is not worth.
Answers itself: yes
Forges: yes
Known: a process can answer in the place of the checks if it has right answers to give, which the student could have handed in.
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
