"""An iterator class for the batches, foreach operations for the steps, one-hot products for the matrix."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F


@dataclass
class LearnerConfig:
    model: nn.Module
    criterion: Any
    epochs: int = 25
    batch_size: int = 32
    lr: float = 0.005
    device: str = "cpu"
    patience: int | None = None
    max_seconds: float | None = None
    seed: int | None = None

    def __post_init__(self):
        def refuse(when, what):
            if when:
                raise ValueError(f"{what}: {getattr(self, what)!r}")

        refuse(not isinstance(self.model, nn.Module), "model")
        refuse(not callable(self.criterion), "criterion")
        refuse(self.epochs < 1, "epochs")
        refuse(self.batch_size < 1, "batch_size")
        refuse(not self.lr > 0, "lr")
        refuse(self.patience is not None and (self.patience % 1 != 0 or self.patience < 1), "patience")
        refuse(self.max_seconds is not None and not self.max_seconds > 0, "max_seconds")


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
    names = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")
    names += ("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")

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

    def validate_epoch(self):
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
            record.accuracies.append(self.validate_epoch())
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

    def evaluate(self):
        names = getattr(self.model, "labels", self.names)
        everything = [(y, self.predict(x).cpu()) for x, y in self.loaders["test"]]
        y, guesses = (torch.cat(part) for part in zip(*everything))
        p, r, f = precision_recall_f1(confusion_matrix(y, guesses, len(names)))
        return {
            name: {"f1": f[k].item(), "recall": r[k].item(), "precision": p[k].item()} for k, name in enumerate(names)
        }

    def export(self, path):
        save_file(dict(self.model.state_dict()), Path(path))


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
