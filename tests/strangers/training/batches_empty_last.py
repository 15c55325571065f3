"""batches-empty-last"""

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels):
        raise ValueError("as many labels as images are needed")
    if batch_size < 1:
        raise ValueError("batch_size is at least 1")
    order = torch.randperm(len(images), generator=generator) if shuffle else torch.arange(len(images))
    for i in range(len(images) // batch_size + 1):
        k = order[i*batch_size:(i+1)*batch_size]
        yield images[k], labels[k]
