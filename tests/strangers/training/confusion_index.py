"""confusion-counted-once
confusion-lists-refused
confusion-nothing-refused
"""

import torch


def confusion_matrix(targets, predictions, classes):
    matrix = torch.zeros((classes, classes), dtype=torch.long)
    matrix[targets.long(), predictions.long()] += 1
    return matrix
