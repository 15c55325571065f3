"""scikit-learn's classifier. It has no dropout, always computes on the CPU, and draws its weights as Glorot does."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from bench.ways import SIZES, Task, Train, Validate


def mlp_classifier(task: Task) -> tuple[Train, Validate]:
    """Go through the data with `partial_fit`, which takes one pass of mini-batches in a new order each time."""
    data = task.data
    train_images, valid_images = (
        images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
        for images in (data.train_images, data.test_images)
    )
    model = MLPClassifier(
        SIZES[1:-1], solver="sgd", batch_size=task.batch_size, learning_rate_init=task.lr, momentum=0, alpha=0
    )
    classes = np.unique(data.train_labels)

    def train() -> None:
        model.partial_fit(train_images, data.train_labels, classes=classes)

    return train, lambda: float(model.score(valid_images, data.test_labels))
