"""batches-last-dropped
batches-generator-ignored
batches-nothing-refused
"""

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    n = len(images)
    idx = torch.randperm(n) if shuffle else torch.arange(n)
    for b in range(n // batch_size):
        chosen = idx[b * batch_size : (b + 1) * batch_size]
        yield images[chosen], labels[chosen]
