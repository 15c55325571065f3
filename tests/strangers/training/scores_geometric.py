"""scores-geometric-mean
scores-one-for-absent
"""

import torch


def precision_recall_f1(matrix):
    m = torch.as_tensor(matrix).double()
    hits, rows, columns = m.diagonal(), m.sum(1), m.sum(0)
    precision = torch.where(columns > 0, hits / columns, torch.ones_like(hits))
    recall = torch.where(rows > 0, hits / rows, torch.ones_like(hits))
    return precision, recall, torch.sqrt(precision * recall)
