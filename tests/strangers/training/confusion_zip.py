"""confusion-transposed
confusion-nothing-refused
"""

import torch


def confusion_matrix(targets, predictions, classes):
    m = torch.zeros(classes, classes, dtype=torch.int64)
    for t, p in zip(targets, predictions):
        m[p, t] += 1
    return m
