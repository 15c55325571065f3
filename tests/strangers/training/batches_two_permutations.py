"""batches-apart"""

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels):
        raise ValueError("as many labels as images are needed")
    if batch_size < 1:
        raise ValueError("batch_size is at least 1")
    if shuffle:
        images = images[torch.randperm(len(images), generator=generator)]
        labels = labels[torch.randperm(len(labels), generator=generator)]
    for i in range(0, len(images), batch_size):
        yield images[i:i+batch_size], labels[i:i+batch_size]
