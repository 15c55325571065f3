"""batches-labels-not-shuffled
batches-lengths-not-refused
"""

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    if batch_size < 1:
        raise ValueError("batch_size has to be at least 1")
    if shuffle:
        images = images[torch.randperm(len(images), generator=generator)]
    for at in range(0, len(images), batch_size):
        yield images[at : at + batch_size], labels[at : at + batch_size]
