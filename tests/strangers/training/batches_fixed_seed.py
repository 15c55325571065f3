"""batches-same-order
batches-generator-restarted
batches-generator-ignored
batches-nothing-refused
"""

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    if shuffle:
        torch.manual_seed(0)
        order = torch.randperm(len(images))
        images, labels = images[order], labels[order]
    return [(images[i : i + batch_size], labels[i : i + batch_size]) for i in range(0, len(images), batch_size)]
