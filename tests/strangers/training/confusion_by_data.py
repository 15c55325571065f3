"""confusion-sized-by-the-data
confusion-nothing-refused
"""

import torch


def confusion_matrix(targets, predictions, classes):
    targets, predictions = torch.as_tensor(targets).long(), torch.as_tensor(predictions).long()
    k = int(max(targets.max(), predictions.max())) + 1
    m = torch.zeros(k, k, dtype=torch.int64)
    for t, p in zip(targets, predictions):
        m[t, p] += 1
    return m
