"""scores-arithmetic-mean
scores-nan
"""

import torch


def precision_recall_f1(matrix):
    matrix = torch.as_tensor(matrix).float()
    hits = torch.diag(matrix)
    precision = hits / matrix.sum(dim=0)
    recall = hits / matrix.sum(dim=1)
    return precision, recall, (precision + recall) / 2
