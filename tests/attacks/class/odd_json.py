"""Frames hold NaN, huge numbers, a key twice, deep nesting and halves of characters.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Forges: yes
"""

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
