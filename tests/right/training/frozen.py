"""A frozen dataclass with slots; TensorDataset-like indexing by split; helpers as context managers; numpy for the metrics."""

import contextlib
import copy
import math
import time
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

History = namedtuple("History", "losses valid_losses accuracies seconds")
TEN = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag".split() + ["Ankle boot"]


@dataclass(frozen=True, slots=True)
class LearnerConfig:
    model: nn.Module
    criterion: object
    epochs: int = 25
    lr: float = 0.1
    device: str = "cpu"
    patience: int | None = None
    max_seconds: float | None = None
    seed: int | None = None


def batches(images, labels, batch_size, shuffle, generator=None):
    if images.shape[0] != labels.shape[0] or batch_size < 1:
        raise ValueError("these do not fit")
    order = torch.rand(len(images), generator=generator, dtype=torch.float64).argsort() if shuffle else slice(None)
    return zip(images[order].split(batch_size), labels[order].split(batch_size))


@contextlib.contextmanager
def evaluating(model):
    mode = model.training
    with torch.inference_mode():
        yield model.eval()
    model.train(mode)


class Learner:
    def __init__(self, config, loaders):
        if not isinstance(config, LearnerConfig):
            raise TypeError("a LearnerConfig is wanted")
        self.config, self.loaders, self.model = config, loaders, config.model.to(config.device)

    def train_epoch(self):
        self.model.train()
        sums = np.zeros(2)
        for x, y in self.moved("train"):
            loss = self.config.criterion(self.model(x), y)
            params = [p for p in self.model.parameters() if p.requires_grad]
            grads = torch.autograd.grad(loss, params)
            with torch.no_grad():
                for p, grad in zip(params, grads):
                    p -= self.config.lr * grad
            sums += [loss.item() * len(y), len(y)]
        return sums[0] / sums[1]

    def moved(self, name):
        where = torch.device(self.config.device)
        return ((x.to(where, non_blocking=True), y.to(where)) for x, y in self.loaders[name])

    def over_validation(self, measure):
        with evaluating(self.model) as model:
            parts = [(measure(model(x), y), len(y)) for x, y in self.moved("valid")]
        return float(np.average([float(value) for value, _ in parts], weights=[n for _, n in parts]))

    def valid_loss(self):
        return self.over_validation(self.config.criterion)

    def valid_accuracy(self):
        return self.over_validation(lambda outputs, y: (outputs.argmax(-1) == y).double().mean())

    def fit(self):
        c = self.config
        if c.seed is not None:
            torch.manual_seed(c.seed)
        history = History([], [], [], [])
        start = time.perf_counter()
        best = math.inf
        since = 0
        while len(history.losses) < c.epochs and since < (c.patience or math.inf):
            if history.seconds and sum(history.seconds) >= (c.max_seconds or math.inf):
                break
            now = time.perf_counter()
            history.losses.append(self.train_epoch())
            loss = self.valid_loss()
            history.valid_losses.append(loss)
            history.accuracies.append(self.valid_accuracy())
            since += 1
            if loss < best:
                best, since, kept = loss, 0, copy.deepcopy(self.model)
            history.seconds.append(time.perf_counter() - now)
        self.model.load_state_dict(kept.state_dict())
        return history

    def predict(self, x):
        with evaluating(self.model) as model:
            return model(x.to(self.config.device)).softmax(dim=1).argmax(dim=1)


def confusion_matrix(targets, predictions, classes):
    t, p = np.asarray(targets), np.asarray(predictions)
    if t.shape != p.shape:
        raise ValueError("lengths differ")
    if len(t) and (min(t.min(), p.min()) < 0 or max(t.max(), p.max()) >= classes):
        raise ValueError("a number that is no class")
    matrix = np.zeros((classes, classes), dtype=np.int32)
    np.add.at(matrix, (t, p), 1)
    return torch.from_numpy(matrix)


def precision_recall_f1(matrix):
    m = torch.as_tensor(matrix).float()
    tp = m.diag()
    fp, fn = m.sum(0) - tp, m.sum(1) - tp
    p = torch.where(tp + fp > 0, tp / (tp + fp), 0.0)
    r = torch.where(tp + fn > 0, tp / (tp + fn), 0.0)
    return p, r, torch.where(tp > 0, 2 * p * r / (p + r), 0.0)


Report = namedtuple("Report", "accuracy interval scores")


def evaluate(learner):
    names = list(getattr(learner.model, "labels", TEN))
    matrix = sum(confusion_matrix(y.cpu(), learner.predict(x).cpu(), len(names)) for x, y in learner.loaders["test"])
    scores = np.stack([np.asarray(part) for part in precision_recall_f1(matrix)], axis=1)
    n, right = matrix.sum().item(), np.trace(np.asarray(matrix)).item()
    # Wilson's ends are the two roots of (n + z²) p² - (2 right + z²) p + right² / n.
    ends = np.roots([n + 1.96**2, -(2 * right + 1.96**2), right**2 / n])
    return Report(
        right / n,
        sorted(ends.real.tolist()),
        {name: dict(zip(("precision", "recall", "f1"), row.tolist())) for name, row in zip(names, scores)},
    )
