"""An order of Fisher and Yates, counts of Python, and harmonic means of the library of statistics."""

from collections import Counter
from statistics import harmonic_mean

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels) or batch_size < 1:
        raise ValueError("as many labels as images, and batches that hold something")
    order = list(range(len(images)))
    if shuffle:
        for i in range(len(order) - 1, 0, -1):
            j = int(torch.randint(i + 1, (), generator=generator))
            order[i], order[j] = order[j], order[i]
    full = len(order) // batch_size
    parts = [order[k * batch_size : (k + 1) * batch_size] for k in range(full)] + [order[full * batch_size :]]
    return [(images[part], labels[part]) for part in parts if part]


def confusion_matrix(targets, predictions, classes):
    targets, predictions = ([int(k) for k in values] for values in (targets, predictions))
    if len(targets) != len(predictions):
        raise ValueError("lengths differ")
    if any(k not in range(classes) for k in targets + predictions):
        raise ValueError("a number that is no class")
    found = Counter(zip(targets, predictions))
    return torch.tensor([[found[row, column] for column in range(classes)] for row in range(classes)])


def precision_recall_f1(matrix):
    rows, columns = matrix.tolist(), matrix.T.tolist()
    precision = [column[k] / sum(column) if any(column) else 0.0 for k, column in enumerate(columns)]
    recall = [row[k] / sum(row) if any(row) else 0.0 for k, row in enumerate(rows)]
    f1 = [float(harmonic_mean(both)) for both in zip(precision, recall)]
    return torch.tensor(precision), torch.tensor(recall), torch.tensor(f1)
