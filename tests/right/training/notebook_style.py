"""As a student writes it in a notebook after the chapter: PyTorch's SGD, small steps, prints left in."""

import time
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class LearnerConfig:
    model: nn.Module
    criterion: object
    epochs: int = 25
    lr: float = 0.1
    device: str = "cpu"
    patience: int = None
    max_seconds: float = None
    seed: int = None


def batches(images, labels, batch_size, shuffle, generator=None):
    n = len(images)
    if n != len(labels):
        raise ValueError("images and labels must have the same length")
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    idx = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    i = 0
    while i < n:
        j = min(i + batch_size, n)
        yield images[idx[i:j]], labels[idx[i:j]]
        i = j


class History:
    def __init__(self):
        self.losses = []
        self.valid_losses = []
        self.accuracies = []
        self.seconds = []


LABELS = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class Learner:
    def __init__(self, config, loaders):
        self.config = config
        self.loaders = loaders
        self.model = config.model.to(config.device)
        self.opt = torch.optim.SGD(self.model.parameters(), lr=config.lr)

    def train_epoch(self):
        self.model.train()
        running_loss = 0.0
        seen = 0
        for x, y in self.loaders["train"]:
            x = x.to(self.config.device)
            y = y.to(self.config.device)
            out = self.model(x)
            loss = self.config.criterion(out, y)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
            running_loss += loss.item() * y.size(0)
            seen += y.size(0)
        return running_loss / seen

    @torch.no_grad()
    def valid_loss(self):
        mode = self.model.training
        self.model.eval()
        running_loss = 0.0
        seen = 0
        for x, y in self.loaders["valid"]:
            x, y = x.to(self.config.device), y.to(self.config.device)
            running_loss += self.config.criterion(self.model(x), y).item() * y.size(0)
            seen += y.size(0)
        self.model.train(mode)
        return running_loss / seen

    @torch.no_grad()
    def valid_accuracy(self):
        mode = self.model.training
        self.model.eval()
        correct = 0
        seen = 0
        for x, y in self.loaders["valid"]:
            x, y = x.to(self.config.device), y.to(self.config.device)
            correct += (self.model(x).argmax(dim=1) == y).sum().item()
            seen += y.size(0)
        self.model.train(mode)
        return correct / seen

    def fit(self):
        cfg = self.config
        if cfg.seed is not None:
            torch.manual_seed(cfg.seed)
        h = History()
        best = None
        bad_epochs = 0
        t0 = time.time()
        for epoch in range(cfg.epochs):
            t = time.perf_counter()
            h.losses.append(self.train_epoch())
            h.valid_losses.append(self.valid_loss())
            h.accuracies.append(self.valid_accuracy())
            h.seconds.append(time.perf_counter() - t)
            if best is None or h.valid_losses[-1] < best:
                best = h.valid_losses[-1]
                best_state = deepcopy(self.model.state_dict())
                bad_epochs = 0
            else:
                bad_epochs += 1
                if bad_epochs == cfg.patience:
                    break
            if cfg.max_seconds is not None and sum(h.seconds) > cfg.max_seconds:
                break
        self.model.load_state_dict(best_state)
        return h

    @torch.no_grad()
    def predict(self, x):
        mode = self.model.training
        self.model.eval()
        out = self.model(x.to(self.config.device))
        self.model.train(mode)
        return out.argmax(dim=1)


def confusion_matrix(targets, predictions, classes):
    if len(targets) != len(predictions):
        raise ValueError("targets and predictions must have the same length")
    matrix = torch.zeros(classes, classes, dtype=torch.long)
    for t, p in zip(targets, predictions):
        if not (0 <= t < classes and 0 <= p < classes):
            raise ValueError("label out of range")
        matrix[t, p] += 1
    return matrix


def precision_recall_f1(matrix):
    c = len(matrix)
    precision = torch.zeros(c)
    recall = torch.zeros(c)
    f1 = torch.zeros(c)
    for i in range(c):
        tp = matrix[i, i].item()
        predicted = matrix[:, i].sum().item()
        actual = matrix[i, :].sum().item()
        if predicted > 0:
            precision[i] = tp / predicted
        if actual > 0:
            recall[i] = tp / actual
        if precision[i] + recall[i] > 0:
            f1[i] = 2 * precision[i] * recall[i] / (precision[i] + recall[i])
    return precision, recall, f1


@dataclass
class Report:
    accuracy: float
    interval: tuple
    scores: dict


def evaluate(learner):
    labels = learner.model.labels if hasattr(learner.model, "labels") else LABELS
    targets = []
    predictions = []
    for x, y in learner.loaders["test"]:
        targets += y.tolist()
        predictions += learner.predict(x).tolist()
    matrix = confusion_matrix(targets, predictions, len(labels))
    p, r, f = precision_recall_f1(matrix)
    result = {}
    for i, label in enumerate(labels):
        result[label] = {"precision": float(p[i]), "recall": float(r[i]), "f1": float(f[i])}
    n = len(targets)
    acc = (torch.tensor(targets) == torch.tensor(predictions)).double().mean().item()
    z = 1.96
    centre = (acc + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z * (acc * (1 - acc) / n + z**2 / (4 * n**2)) ** 0.5 / (1 + z**2 / n)
    return Report(acc, (centre - margin, centre + margin), result)
