"""batches-generator-ignored
batches-nothing-refused
"""

import random


def batches(images, labels, batch_size, shuffle, generator=None):
    indices = list(range(len(images)))
    if shuffle:
        random.shuffle(indices)
    for i in range(0, len(images), batch_size):
        j = indices[i : min(i + batch_size, len(images))]
        yield images[j], labels[j]
