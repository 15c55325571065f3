"""confusion-shares
confusion-lengths-not-refused
"""

import torch


def confusion_matrix(targets, predictions, classes):
    m = torch.zeros(classes, classes)
    for t, p in zip(targets, predictions):
        if not (0 <= t < classes and 0 <= p < classes):
            raise ValueError(f"no such class: {t}, {p}")
        m[int(t), int(p)] += 1
    return m / len(targets)
