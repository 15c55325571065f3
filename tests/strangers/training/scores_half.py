"""scores-f1-half
scores-f1-nan
"""

import torch


def precision_recall_f1(matrix):
    m = torch.as_tensor(matrix).double()
    hits = m.diagonal()
    precision = torch.nan_to_num(hits / m.sum(dim=0))
    recall = torch.nan_to_num(hits / m.sum(dim=1))
    f1 = precision * recall / (precision + recall)
    return precision, recall, f1
