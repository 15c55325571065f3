"""Bodies are safetensors with overlapping offsets, a huge shape, an unknown dtype and a header that does not end.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""

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
