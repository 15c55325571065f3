"""Chapter 5: mini-batches, the training loop, and what tells whether it worked."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from solutions.dropout import Classifier
from solutions.optimizer import Optimizer


@dataclass
class LearnerConfig:
    """What a ``Learner`` needs to know besides the data.

    Attributes:
        model: the network.
        criterion: takes outputs and targets, returns the mean loss over the batch.
        epochs: how often training goes through the data, at least 1.
        lr: the learning rate, above 0.
        device: where to train, such as "cpu" or "cuda".
        patience: stop after so many epochs in a row without improvement, a whole number of at least 1; None for never.
        max_seconds: stop after the epoch in which this time has passed, above 0; None for never.
        seed: what ``fit`` sets PyTorch's generator to, so that order and dropout masks can be repeated; None for fresh
            randomness.
    """

    model: nn.Module
    criterion: Callable[[Tensor, Tensor], Tensor]
    epochs: int = 25
    lr: float = 0.1
    device: str = "cpu"
    patience: int | None = None
    max_seconds: float | None = None
    seed: int | None = None


def batches(
    images: Tensor, labels: Tensor, batch_size: int, shuffle: bool, generator: torch.Generator | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Go once through the examples in mini-batches.

    Args:
        images: one example for each index, shape (N, …).
        labels: their labels, shape (N,).
        batch_size: examples in a batch, at least 1; the last batch has the rest.
        shuffle: whether to take the examples in a random order, a new one in each pass; else they come in their own.
            An example keeps its label. The two tensors stay as they are.
        generator: where the order comes from; the same state gives the same order. None for PyTorch's own.

    Returns:
        An iterable of pairs (images of the batch, labels of the batch).

    Raises:
        ValueError: there are not as many labels as images, or ``batch_size`` is below 1.

    Example:
        >>> images, labels = torch.zeros(5, 28, 28), torch.zeros(5)
        >>> [len(y) for x, y in batches(images, labels, 2, shuffle=True)]
        [2, 2, 1]
    """
    ### BEGIN SOLUTION
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images need as many labels, not {len(labels)}")
    if batch_size < 1:
        raise ValueError(f"a batch holds at least one example, not {batch_size}")
    order = torch.randperm(len(images), generator=generator) if shuffle else torch.arange(len(images))
    order = order.to(images.device)
    for start in range(0, len(images), batch_size):
        chosen = order[start : start + batch_size]
        yield images[chosen], labels[chosen]
    ### END SOLUTION


@dataclass
class Loader:
    """Mini-batches that can be gone through again and again: each pass calls ``batches`` anew."""

    images: Tensor
    labels: Tensor
    batch_size: int
    shuffle: bool = False

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return iter(batches(self.images, self.labels, self.batch_size, self.shuffle))


@dataclass
class History:
    """What happened in each epoch: four lists of one length.

    Attributes:
        losses: mean training loss over the examples, measured while the weights changed and dropout was on.
        valid_losses: mean validation loss after the epoch.
        accuracies: share of the validation examples that are classified correctly after the epoch, from 0 to 1.
        seconds: how long the epoch took, validation included.
    """

    losses: list[float] = field(default_factory=list)
    valid_losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Learner:
    """Trains a model by plain gradient descent, p <- p - lr * gradient, and knows when to stop.

    It reads the training and the validation examples, and leaves the test examples alone.

    Args:
        config: model, criterion and settings.
        loaders: "train", "valid" and "test"; each an iterable of pairs (inputs, targets) that can be gone through
            again and again. Their tensors are in the processor's memory, whatever the config's device is.

    Attributes:
        model: the model of the config, the very same object.
    """

    def __init__(self, config: LearnerConfig, loaders: Mapping[str, Iterable[tuple[Tensor, Tensor]]]) -> None:
        self.config = config
        self.loaders = loaders
        self.model = config.model.to(config.device)
        self.optimizer = Optimizer(self.model.parameters(), config.lr)

    def train_epoch(self) -> float:
        """Go once through the training examples, in training mode, and take a step for each mini-batch.

        Whatever mode the model is found in: this sets training mode. What is kept of a batch is the number of its
        loss, not its graph, so that the memory does not grow with the number of batches.

        Returns:
            The mean loss over the examples (not over the batches: the last one may be shorter), a float.
        """
        ### BEGIN SOLUTION
        self.model.train()
        total, count = 0.0, 0
        for x, y in self.loaders["train"]:
            x, y = x.to(self.config.device), y.to(self.config.device)
            self.optimizer.zero_grad()
            mean = self.config.criterion(self.model(x), y)
            mean.backward()
            self.optimizer.step()
            total += mean.item() * len(x)  # a number: a tensor would keep the graph of its batch
            count += len(x)
        return total / count
        ### END SOLUTION

    def valid_loss(self) -> float:
        """Return the mean loss over the validation examples, a float.

        Measured in evaluation mode and without gradients; the model is then in the mode it was in before.
        """
        ### BEGIN SOLUTION
        was_training = self.model.training
        self.model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in self.loaders["valid"]:
                x, y = x.to(self.config.device), y.to(self.config.device)
                total += self.config.criterion(self.model(x), y).item() * len(x)
                count += len(x)
        self.model.train(was_training)
        return total / count
        ### END SOLUTION

    def predict(self, x: Tensor) -> Tensor:
        """Return the number of the most probable class for each input.

        The model answers in evaluation mode and without gradients, and is then in the mode it was in before.

        Args:
            x: a batch of inputs, shape (B, …), on any device.

        Returns:
            int64, shape (B,).
        """
        ### BEGIN SOLUTION
        was_training = self.model.training
        self.model.eval()
        with torch.no_grad():
            classes = self.model(x.to(self.config.device)).argmax(dim=1)
        self.model.train(was_training)
        return classes
        ### END SOLUTION

    def valid_accuracy(self) -> float:
        """Return the accuracy on the validation examples: the share that is classified correctly, from 0 to 1.

        Measured in evaluation mode and without gradients; the model is then in the mode it was in before.
        """
        ### BEGIN SOLUTION
        right, count = 0, 0
        for x, y in self.loaders["valid"]:
            right += int((self.predict(x) == y.to(self.config.device)).sum())
            count += len(x)
        return right / count
        ### END SOLUTION

    def fit(self) -> History:
        """Train, and end with the weights of the epoch that had the lowest validation loss.

        Where the config has a seed, ``torch.manual_seed`` comes first, once, so that two runs from equal weights give
        equal losses.
        After each epoch validation loss and accuracy are measured. Training ends after ``epochs``; or after
        ``patience`` epochs in a row whose validation loss was not below the lowest so far; or after the epoch in which
        ``max_seconds`` have passed. However it ended, the model then has the weights of the best epoch, which is the
        first one where several are equal.

        Returns:
            The history, one entry for each epoch.
        """
        ### BEGIN SOLUTION
        config, history = self.config, History()
        if config.seed is not None:
            torch.manual_seed(config.seed)
        best_loss, best_weights, waited = float("inf"), deepcopy(self.model.state_dict()), 0
        begin = time.perf_counter()
        for _ in range(config.epochs):
            start = time.perf_counter()
            history.losses.append(self.train_epoch())
            history.valid_losses.append(self.valid_loss())
            history.accuracies.append(self.valid_accuracy())
            history.seconds.append(time.perf_counter() - start)
            if history.valid_losses[-1] < best_loss:
                best_loss, best_weights, waited = history.valid_losses[-1], deepcopy(self.model.state_dict()), 0
            else:
                waited += 1
            if config.patience is not None and waited >= config.patience:
                break  # out of patience
            if config.max_seconds is not None and time.perf_counter() - begin >= config.max_seconds:
                break  # out of time
        self.model.load_state_dict(best_weights)
        return history  # of all epochs, not only of those up to the best
        ### END SOLUTION


def unmoved(model: nn.Module, step: Callable[[], object]) -> list[str]:
    """Take one training step and name the parameters that it leaves as they were.

    What counts are the values: a parameter has moved if any number in it is another one after the step, by however
    little and whether or not it has a gradient.

    Args:
        model: the network, or any module.
        step: takes one training step on the model when it is called, which happens once. Afterwards the model is as
            the step left it.

    Returns:
        The names, as ``model.named_parameters()`` has them and in its order; an empty list where everything moved.

    Example:
        >>> layer = nn.Linear(2, 1)
        >>> unmoved(layer, lambda: layer.bias.data.add_(1))
        ['weight']
    """
    ### BEGIN SOLUTION
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    step()
    return [name for name, parameter in model.named_parameters() if torch.equal(parameter, before[name])]
    ### END SOLUTION


def confusion_matrix(targets: Tensor, predictions: Tensor, classes: int) -> Tensor:
    """Count how often examples of each class were predicted as each class, itself included.

    Args:
        targets: the true class of each example, whole numbers from 0 to classes - 1, shape (N,); anything that
            ``torch.as_tensor`` takes.
        predictions: the predicted class of each, likewise.
        classes: how many classes there are.

    Returns:
        int64, shape (classes, classes); row: target, column: prediction.

    Raises:
        ValueError: the lengths differ, or a class is outside 0 … classes - 1.

    Example:
        >>> confusion_matrix([0, 0, 1], [0, 1, 1], 2)
        tensor([[1, 1],
                [0, 1]])
    """
    targets, predictions = torch.as_tensor(targets).long(), torch.as_tensor(predictions).long()
    if targets.shape != predictions.shape:
        raise ValueError(f"targets and predictions differ in length: {len(targets)} and {len(predictions)}")
    for name, values in (("targets", targets), ("predictions", predictions)):
        if ((values < 0) | (values >= classes)).any():
            raise ValueError(f"the {name} have a class outside 0 … {classes - 1}")
    return torch.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, classes)


def precision_recall_f1(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return precision, recall and their harmonic mean F1 of each class.

    Precision: how many of those predicted as this class are of it. Recall: how many of this class were found.

    Args:
        matrix: from ``confusion_matrix``, shape (C, C).

    Returns:
        Three floating vectors, shape (C,): precision, recall, F1. Where there is nothing to divide by, the result is 0.

    Example:
        >>> precision_recall_f1(torch.tensor([[1, 1], [0, 1]]))[0]
        tensor([1.0000, 0.5000], dtype=torch.float64)
    """
    matrix = torch.as_tensor(matrix).double()
    hits, actual, predicted = matrix.diagonal(), matrix.sum(dim=1), matrix.sum(dim=0)
    # Where there is nothing to divide by there are no hits either: 0 / 1 is the 0 that is wanted.
    precision = hits / predicted.clamp(min=1)
    recall = hits / actual.clamp(min=1)
    f1 = 2 * hits / (actual + predicted).clamp(min=1)
    return precision, recall, f1


@dataclass
class Report:
    """How good a model is on the test examples.

    Attributes:
        accuracy: share of the examples that are classified correctly, from 0 to 1.
        interval: the two ends of the 95 % interval of the accuracy.
        scores: {label: {"precision": …, "recall": …, "f1": …}}.
    """

    accuracy: float
    interval: tuple[float, float]
    scores: dict[str, dict[str, float]]


def evaluate(learner: Learner) -> Report:
    """Measure the learner's model on the test examples, which are gone through once.

    The interval is Wilson's: with accuracy a on n examples and z = 1.96 it is m - h to m + h, where

        m = (a + z² / 2n) / (1 + z² / n)
        h = z / (1 + z² / n) * √(a (1 - a) / n + z² / 4n²)

    Of 100 examples, 90 right: from 0.826 to 0.945.

    Args:
        learner: ``learner.loaders["test"]`` has the examples, ``learner.predict`` answers, on the learner's device.

    Returns:
        The report, all its numbers floats of Python; its scores are {label: {"precision": …, "recall": …, "f1": …}}.
        The labels are the model's ``labels`` where it has any, else the ten names of the data set, each of them, also
        one that never occurs. The model is in the mode that it was in before.
    """
    labels = getattr(learner.model, "labels", Classifier.labels)
    targets, predictions = [], []
    for x, y in learner.loaders["test"]:
        targets.append(y.cpu())
        predictions.append(learner.predict(x).cpu())
    matrix = confusion_matrix(torch.cat(targets), torch.cat(predictions), len(labels))
    n, z = int(matrix.sum()), 1.96
    accuracy = int(matrix.trace()) / n
    middle = (accuracy + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(accuracy * (1 - accuracy) / n + z**2 / (4 * n**2))
    rows = zip(labels, *(scores.tolist() for scores in precision_recall_f1(matrix)), strict=True)
    scores = {label: {"precision": precision, "recall": recall, "f1": f1} for label, precision, recall, f1 in rows}
    return Report(accuracy, (middle - half, middle + half), scores)


def compare(right_a: Tensor, right_b: Tensor) -> tuple[int, int, float]:
    """Compare two models by the same examples: how often is only one of them right, and could that be chance?

    Only examples on which exactly one of the two is right tell them apart. If neither model were better, a fair coin
    would decide for each of these which model it is.

    Args:
        right_a: whether model A classifies each example correctly, bool, shape (N,).
        right_b: the same for model B, the examples in the same order.

    Returns:
        only_a: how many examples A alone classifies correctly, an int.
        only_b: how many B alone does, an int.
        p: the probability that so many throws of a fair coin split as unevenly as this or more so, in favour of
            either model: a float from 0 to 1, exact up to rounding, for hundreds of throws as well. ``math.comb(n, k)``
            counts the ways in which n throws can have k heads. Where no example tells the models apart, p is 1.

    Example:
        >>> a = torch.tensor([True] * 6 + [False] * 3)
        >>> b = torch.tensor([False] * 7 + [True, False])
        >>> compare(a, b)
        (6, 1, 0.125)
    """
    ### BEGIN SOLUTION
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    throws = only_a + only_b
    ways = sum(math.comb(throws, heads) for heads in range(min(only_a, only_b) + 1))
    return only_a, only_b, min(1.0, 2 * ways / 2**throws)  # an even split is in both tails
    ### END SOLUTION
