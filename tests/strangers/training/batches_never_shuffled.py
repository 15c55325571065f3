"""batches-no-shuffle
batches-last-dropped
"""

import torch


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels):
        raise ValueError("images and labels differ in length")
    if batch_size <= 0:
        raise ValueError("batch_size must be positive")
    start = 0
    while start + batch_size <= len(images):
        yield images[start : start + batch_size], labels[start : start + batch_size]
        start += batch_size
