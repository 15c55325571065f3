"""scores-one-number
scores-nan
"""

import torch


def precision_recall_f1(matrix):
    m = torch.as_tensor(matrix).double()
    hits = m.diagonal()
    p = hits / m.sum(0)
    r = hits / m.sum(1)
    f = 2 * hits / (m.sum(0) + m.sum(1))
    return p.mean(), r.mean(), f.mean()
