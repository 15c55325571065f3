"""Outputs are on no device, sparse, quantized, complex, nested, or a number seen 10^12 times.

Would gain: the student, points that the work is not worth.
"""

import itertools, torch
turn = itertools.count()
def forward(self, x):
    return (
        torch.ones(1).expand(10**6, 10**6), torch.zeros(3, 20, device="meta"), x.to_sparse(), x.to(torch.complex64),
        torch.quantize_per_tensor(x, 0.1, 0, torch.qint8), torch.zeros(3, 20, dtype=torch.float8_e4m3fn),
    )[x.shape[0] % 6 if x.is_contiguous() else 0]
Flatten.forward = forward
