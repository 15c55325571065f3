"""scores-exchanged
scores-nan
scores-f1-nan
"""

import torch


def precision_recall_f1(matrix):
    m = torch.as_tensor(matrix).double()
    tp = m.diag()
    precision = tp / m.sum(1)
    recall = tp / m.sum(0)
    f1 = 2 * precision * recall / (precision + recall)
    return precision, recall, f1
