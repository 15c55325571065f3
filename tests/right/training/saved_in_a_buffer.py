"""The best weights in a buffer of torch.save; tensors moved to where another is; errors of its own, some without words."""

import datetime
import io
import math
from dataclasses import dataclass

import torch


class DoesNotFit(ValueError):
    def __init__(self, *sizes):
        self.sizes = sizes


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels):
        raise DoesNotFit(len(images), len(labels))
    if batch_size < 1:
        raise ValueError
    order = torch.randperm(len(labels), generator=generator) if shuffle else torch.arange(len(labels))
    return ((images[some], labels[some]) for some in order.split(batch_size))


@dataclass
class LearnerConfig:
    model: object
    criterion: object
    epochs: int = 25
    lr: float = 0.1
    device: str = "cpu"
    patience: int | None = None
    max_seconds: float | None = None
    seed: int | None = None


class Learner:
    def __init__(self, config, loaders):
        self.config, self.loaders, self.model = config, loaders, config.model
        for tensor in (*self.model.parameters(), *self.model.buffers()):
            tensor.data = tensor.data.to(config.device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), config.lr)

    @property
    def here(self):
        return next(self.model.parameters()).detach()

    def moved(self, x):
        return x.to(self.here.device)

    def train_epoch(self):
        self.model.train()
        seen = self.here.new_tensor(0.0)
        count = len(self.loaders["train"].dataset)
        for x, y in self.loaders["train"]:
            x, y = x.to(self.here), y.type_as(torch.zeros_like(self.here).long())
            loss = self.config.criterion(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            seen += loss.detach() * y.numel()
        return float(seen) / count

    def over_validation(self, measure):
        mode = self.model.training
        self.model.eval()
        sums = torch.zeros((), device=self.here.device)
        with torch.no_grad():
            for x, y in self.loaders["valid"]:
                sums = sums + measure(self.model(self.moved(x)), self.moved(y)) * len(y)
        self.model.train(mode)
        return f"{sums:.9g}", len(self.loaders["valid"].dataset)

    def valid_loss(self):
        total, count = self.over_validation(self.config.criterion)
        return float(total) / count

    def valid_accuracy(self):
        total, count = self.over_validation(lambda outputs, y: outputs.argmax(1).eq(y).float().mean())
        return round(float(total)) / count

    def fit(self):
        if self.config.seed is not None:
            torch.manual_seed(self.config.seed)
        losses, valid_losses, accuracies, seconds = [], [], [], []
        best, since, begin = math.inf, 0, datetime.datetime.now()
        buffer = io.BytesIO()
        torch.save(self.model.state_dict(), buffer)
        for _ in range(self.config.epochs):
            start = datetime.datetime.now()
            losses.append(self.train_epoch())
            valid_losses.append(self.valid_loss())
            accuracies.append(self.valid_accuracy())
            now = datetime.datetime.now()
            seconds.append((now - start).total_seconds())
            since += 1
            if valid_losses[-1] < best:
                best, since, buffer = valid_losses[-1], 0, io.BytesIO()
                torch.save(self.model.state_dict(), buffer)
            if self.config.patience and since >= self.config.patience:
                break
            if self.config.max_seconds and (now - begin).total_seconds() >= self.config.max_seconds:
                break
        buffer.seek(0)
        self.model.load_state_dict(torch.load(buffer))
        return type("History", (), dict(zip(HISTORY, (losses, valid_losses, accuracies, seconds), strict=True)))()

    def predict(self, x):
        mode = self.model.training
        with torch.no_grad():
            answers = self.model.eval()(x.to(self.here)).max(dim=1).indices
        self.model.train(mode)
        return answers


HISTORY = ("losses", "valid_losses", "accuracies", "seconds")


def confusion_matrix(targets, predictions, classes):
    targets, predictions = (torch.as_tensor(numbers).long() for numbers in (targets, predictions))
    if targets.shape != predictions.shape:
        raise DoesNotFit
    if not all(((0 <= numbers) & (numbers < classes)).all() for numbers in (targets, predictions)):
        raise ValueError
    counts = torch.zeros(classes, classes, dtype=torch.int64)
    return counts.index_put_((targets, predictions), torch.ones((), dtype=torch.int64), accumulate=True)
