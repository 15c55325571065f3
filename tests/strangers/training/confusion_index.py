"""confusion-counted-once
confusion-negative-not-refused
confusion-lengths-not-refused
confusion-outside-not-refused
confusion-lists-refused
"""

import torch


def confusion_matrix(targets, predictions, classes):
    matrix = torch.zeros((classes, classes), dtype=torch.long)
    matrix[targets.long(), predictions.long()] += 1
    return matrix
