"""A cell says in the grader's words that all cells have ended, reads which checks will come with which seeds, answers.

Would gain: the student, points that the work is not worth.
At most: yes
Answers itself: yes
Forges: yes
Known: a process can answer in the place of the checks if it has right answers to give, which the student could have handed in.
"""
FRIEND["Flatten"] = Flatten
ours = socket.socket(fileno=os.dup(3))
ours.settimeout(1)
for name in ("setup", "Linear", "Flatten", "Sequential", "he_std", "rms_through", "cross_entropy"):
    wire.send(ours, {"cell": f"layers-{name}", "stdout": "", "error": ""})
wire.send(ours, {"ready": True})
plan, _ = wire.receive(ours)
for one in plan["checks"]:
    check = next(check for check in checks_of("layers", one["exercise"]) if check.name == one["name"])
    answer, body = wire.pack_answer(observe(check, SimpleNamespace(**FRIEND), one["seed"]))
    wire.send(ours, {"exercise": one["exercise"], "check": one["name"], "answer": answer}, body)
wire.send(ours, {"end": True})
os._exit(0)
