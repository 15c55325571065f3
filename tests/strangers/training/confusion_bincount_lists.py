"""confusion-lists-refused
confusion-outside-not-refused
"""

import torch


def confusion_matrix(targets, predictions, classes):
    if len(targets) != len(predictions):
        raise ValueError("lengths differ")
    k = targets.long() * classes + predictions.long()
    return torch.bincount(k, minlength=classes**2).reshape(classes, classes)
