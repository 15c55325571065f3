"""Plain loops and lists; one pass over the validation examples gives loss and accuracy at once."""

import random
import time
from types import SimpleNamespace

import torch
from torch.optim import SGD

NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class LearnerConfig:
    def __init__(self, model, criterion, epochs=25, lr=0.1, device="cpu", patience=None, max_seconds=None, seed=None):
        self.model = model
        self.criterion = criterion
        self.epochs = epochs
        self.lr = lr
        self.device = device
        self.patience = patience
        self.max_seconds = max_seconds
        self.seed = seed


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels):
        raise ValueError("lengths")
    if batch_size <= 0:
        raise ValueError("size")
    places = list(range(len(images)))
    if shuffle:
        random.seed(int(torch.randint(2**62, (), generator=generator)))
        random.shuffle(places)
    found = []
    while places:
        now, places = places[:batch_size], places[batch_size:]
        found.append((torch.stack([images[k] for k in now]), torch.stack([labels[k] for k in now])))
    return found


class Losses:
    def __init__(self):
        self.losses, self.valid_losses, self.accuracies, self.seconds = [], [], [], []


class Learner:
    def __init__(self, config, loaders):
        self.config = config
        self.model = config.model
        self.model.to(config.device)
        self.optimizer = SGD(self.model.parameters(), lr=config.lr)
        self.train, self.valid, self.test = (loaders[name] for name in ("train", "valid", "test"))

    def train_epoch(self):
        losses = []
        self.model.train()
        for x, y in self.train:
            loss = self.config.criterion(self.model(x.to(self.config.device)), y.to(self.config.device))
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            losses += [loss.item()] * len(y)
        return sum(losses) / len(losses)

    def both(self):
        before = self.model.training
        self.model.eval()
        losses, right = [], []
        for x, y in self.valid:
            with torch.no_grad():
                outputs = self.model(x.to(self.config.device)).cpu()
                losses += [float(self.config.criterion(outputs, y))] * len(y)
            for row, label in zip(outputs.tolist(), y.tolist()):
                right.append(row.index(max(row)) == label)
        self.model.train(before)
        return sum(losses) / len(losses), sum(right) / len(right)

    def valid_loss(self):
        return self.both()[0]

    def valid_accuracy(self):
        return self.both()[1]

    def fit(self):
        if self.config.seed is not None:
            torch.manual_seed(self.config.seed)
        history = Losses()
        begin = time.monotonic()
        kept = []
        for epoch in range(1, self.config.epochs + 1):
            start = time.perf_counter()
            history.losses.append(self.train_epoch())
            loss, share = self.both()
            history.valid_losses.append(loss)
            history.accuracies.append(share)
            history.seconds.append(time.perf_counter() - start)
            if loss < min(history.valid_losses[:-1], default=float("inf")):
                best = epoch
                kept = [p.detach().clone() for p in self.model.parameters()]
            if self.config.patience and epoch - best >= self.config.patience:
                break
            if self.config.max_seconds and time.monotonic() - begin + 1e-6 > self.config.max_seconds:
                break
        for p, value in zip(self.model.parameters(), kept):
            p.data.copy_(value)
        return history

    def predict(self, x):
        before = self.model.training
        try:
            self.model.eval()
            with torch.no_grad():
                return self.model(x.to(self.config.device)).max(dim=1)[1]
        finally:
            self.model.train(before)


def confusion_matrix(targets, predictions, classes):
    targets, predictions = [int(t) for t in targets], [int(p) for p in predictions]
    if len(targets) != len(predictions):
        raise ValueError("lengths")
    matrix = [[0] * classes for _ in range(classes)]
    for t, p in zip(targets, predictions):
        if t not in range(classes) or p not in range(classes):
            raise ValueError("no class")
        matrix[t][p] += 1
    return torch.tensor(matrix)


def precision_recall_f1(matrix):
    rows = torch.as_tensor(matrix).tolist()
    columns = list(zip(*rows))
    found = []
    for k in range(len(rows)):
        precision = rows[k][k] / sum(columns[k]) if sum(columns[k]) else 0.0
        recall = rows[k][k] / sum(rows[k]) if sum(rows[k]) else 0.0
        f1 = 2 / (1 / precision + 1 / recall) if precision and recall else 0.0
        found.append((precision, recall, f1))
    return tuple(torch.tensor(part) for part in zip(*found))


def evaluate(learner):
    names = learner.model.labels if hasattr(learner.model, "labels") else NAMES
    pairs = [(int(a), int(b)) for x, y in learner.loaders["test"] for a, b in zip(y, learner.predict(x))]
    scores = {}
    for k, name in enumerate(names):
        hits = sum(a == b == k for a, b in pairs)
        guessed, real = sum(b == k for _, b in pairs), sum(a == k for a, _ in pairs)
        precision = hits / guessed if guessed else 0.0
        recall = hits / real if real else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        scores[name] = dict(precision=precision, recall=recall, f1=f1)
    n = len(pairs)
    a = sum(a == b for a, b in pairs) / n
    z = 1.96
    m = (a + z * z / (2 * n)) / (1 + z * z / n)
    h = z / (1 + z * z / n) * (a * (1 - a) / n + z * z / (4 * n * n)) ** 0.5
    report = SimpleNamespace()
    report.accuracy, report.interval, report.scores = a, (m - h, m + h), scores
    return report
