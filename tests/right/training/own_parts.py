"""An iterator class for the batches, foreach operations for the steps, one-hot products for the matrix."""

import time
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class LearnerConfig:
    model: nn.Module
    criterion: Any
    epochs: int = 25
    lr: float = 0.1
    device: str = "cpu"
    patience: int | None = None
    max_seconds: float | None = None
    seed: int | None = None


class Batches:
    def __init__(self, images, labels, batch_size, shuffle, generator=None):
        assert_fits = len(images) == len(labels) and batch_size >= 1
        if not assert_fits:
            raise ValueError("the sizes do not fit")
        self.images, self.labels, self.size = images, labels, batch_size
        self.order = torch.multinomial(torch.ones(len(images)), len(images), generator=generator) if shuffle else None
        self.at = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= len(self.images):
            raise StopIteration
        here = slice(self.at, self.at + self.size)
        self.at += self.size
        if self.order is None:
            return self.images[here], self.labels[here]
        rows = self.order[here]
        return self.images.index_select(0, rows), self.labels.index_select(0, rows)


batches = Batches


@dataclass
class Record:
    losses: list = field(default_factory=list)
    valid_losses: list = field(default_factory=list)
    accuracies: list = field(default_factory=list)
    seconds: list = field(default_factory=list)


class Learner(object):
    def __init__(self, config, loaders):
        self.__dict__.update(vars(config))
        self.model = self.model.to(self.device)
        self.loaders = dict(loaders)

    def asked(self, x):
        mode = self.model.training
        self.model.train(False)
        with torch.no_grad():
            outputs = self.model(x.to(self.device))
        self.model.train(mode)
        return outputs

    def train_epoch(self):
        params = list(self.model.parameters())
        total = torch.zeros((), dtype=torch.float64)
        n = 0
        for x, y in self.loaders["train"]:
            self.model.train()
            self.model.zero_grad()
            loss = self.criterion(self.model(torch.as_tensor(x, device=self.device)), y.to(self.device))
            loss.backward()
            with torch.no_grad():
                torch._foreach_add_(params, [p.grad for p in params], alpha=-self.lr)
            total += loss.detach().double() * x.shape[0]
            n += x.shape[0]
        return total.item() / n

    def valid_loss(self):
        outputs, targets = zip(*((self.asked(x), y) for x, y in self.loaders["valid"]))
        return self.criterion(torch.cat(outputs).cpu(), torch.cat(targets)).item()

    def valid_accuracy(self):
        right = torch.cat([self.predict(x).eq(y.to(self.device)) for x, y in self.loaders["valid"]])
        return right.float().mean().item()

    def fit(self):
        if self.seed is not None:
            torch.manual_seed(self.seed)
        record, states = Record(), []
        end = time.perf_counter() + (1e9 if self.max_seconds is None else self.max_seconds)
        for epoch in range(self.epochs):
            started = time.perf_counter()
            record.losses.append(self.train_epoch())
            record.valid_losses.append(self.valid_loss())
            record.accuracies.append(self.valid_accuracy())
            states.append({name: value.clone() for name, value in self.model.state_dict().items()})
            record.seconds.append(time.perf_counter() - started)
            best = min(range(epoch + 1), key=record.valid_losses.__getitem__)  # the first of the lowest
            if self.patience is not None and epoch - best == self.patience:
                break
            if time.perf_counter() >= end:
                break
        self.model.load_state_dict(states[best])
        return record

    def predict(self, x):
        return self.asked(x).argmax(1)


def confusion_matrix(targets, predictions, classes):
    targets, predictions = torch.as_tensor(targets).to(torch.int64), torch.as_tensor(predictions).to(torch.int64)
    if targets.numel() != predictions.numel():
        raise ValueError("as many of one as of the other")
    for values in (targets, predictions):
        if not all(0 <= value < classes for value in values.tolist()):
            raise ValueError("not a class")
    return F.one_hot(targets, classes).T @ F.one_hot(predictions, classes)


def precision_recall_f1(matrix):
    matrix = matrix.to(torch.float64)
    precision = (matrix.diagonal() / matrix.sum(0)).nan_to_num(0)
    recall = (matrix.diagonal() / matrix.sum(1)).nan_to_num(0)
    return [precision, recall, (2 * precision * recall / (precision + recall)).nan_to_num(0)]


TEN = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


class Report:
    def __init__(self, matrix, names):
        p, r, f = precision_recall_f1(matrix)
        self.scores = {
            name: {"f1": f[k].item(), "recall": r[k].item(), "precision": p[k].item()} for k, name in enumerate(names)
        }
        self.right, self.n = matrix.diagonal().sum().item(), matrix.sum().item()

    @property
    def accuracy(self):
        return self.right / self.n

    @property
    def interval(self):
        a, t = self.accuracy, 1.96**2 / self.n
        root = (a * (1 - a) * t + t * t / 4) ** 0.5
        return [(a + t / 2 + sign * root) / (1 + t) for sign in (-1, 1)]


def evaluate(learner):
    names = getattr(learner.model, "labels", TEN)
    everything = [(y, learner.predict(x).cpu()) for x, y in learner.loaders["test"]]
    y, guesses = (torch.cat(part) for part in zip(*everything))
    return Report(confusion_matrix(y, guesses, len(names)), names)
