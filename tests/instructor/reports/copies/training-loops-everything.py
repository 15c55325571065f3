"""Of training/loops.py: names changed, definitions in another order, and a line of timing left in each method."""

import random
import time

import torch
from safetensors.torch import save_file
from torch.optim import SGD

GARMENTS = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def confusion_matrix(targets, predictions, classes):
    targets, predictions = [int(t) for t in targets], [int(w) for w in predictions]
    if len(targets) != len(predictions):
        raise ValueError("lengths")
    counts = [[0] * classes for _ in range(classes)]
    for t, w in zip(targets, predictions):
        if t not in range(classes) or w not in range(classes):
            raise ValueError("no class")
        counts[t][w] += 1
    return torch.tensor(counts)


def precision_recall_f1(counts):
    lines = torch.as_tensor(counts).tolist()
    cols = list(zip(*lines))
    collected = []
    for c in range(len(lines)):
        precision = lines[c][c] / sum(cols[c]) if sum(cols[c]) else 0.0
        recall = lines[c][c] / sum(lines[c]) if sum(lines[c]) else 0.0
        f1 = 2 / (1 / precision + 1 / recall) if precision and recall else 0.0
        collected.append((precision, recall, f1))
    return tuple(torch.tensor(part) for part in zip(*collected))


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels):
        raise ValueError("lengths")
    if batch_size <= 0:
        raise ValueError("size")
    order = list(range(len(images)))
    if shuffle:
        random.seed(int(torch.randint(2**62, (), generator=generator)))
        random.shuffle(order)
    collected = []
    while order:
        part, order = order[:batch_size], order[batch_size:]
        collected.append((torch.stack([images[c] for c in part]), torch.stack([labels[c] for c in part])))
    return collected


class Log:
    def __init__(self):
        self.losses, self.valid_losses, self.accuracies, self.seconds = [], [], [], []


class LearnerConfig:
    def __init__(
        self,
        model,
        criterion,
        epochs=25,
        batch_size=32,
        lr=0.005,
        device="cpu",
        patience=None,
        max_seconds=None,
        seed=None,
    ):
        if not isinstance(model, torch.nn.Module):
            raise TypeError("no model")
        if not hasattr(criterion, "__call__"):
            raise TypeError("no criterion")
        if epochs <= 0 or batch_size <= 0:
            raise ValueError("too few")
        if lr <= 0 or lr != lr:
            raise ValueError("the learning rate")
        if patience is not None:
            if int(patience) != patience or patience <= 0:
                raise ValueError("patience")
        if max_seconds is not None:
            if max_seconds <= 0 or max_seconds != max_seconds:
                raise ValueError("seconds")
        self.model = model
        self.criterion = criterion
        self.epochs = epochs
        self.batch_size = batch_size
        self.lr = lr
        self.device = device
        self.patience = patience
        self.max_seconds = max_seconds
        self.seed = seed


class Learner:
    def __init__(self, config, loaders):
        self.config = config
        self.model = config.model
        self.model.to(config.device)
        self.optimizer = SGD(self.model.parameters(), lr=config.lr)
        self.train, self.valid, self.test = (loaders[name] for name in ("train", "valid", "test"))

    def train_epoch(self):
        steps = 0
        losses = []
        self.model.train()
        for x, y in self.train:
            loss = self.config.criterion(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            steps += 1
            losses += [loss.item()] * len(y)
        return sum(losses) / len(losses)

    def loss_and_share(self):
        mode = self.model.training
        self.model.eval()
        losses, ok = [], []
        for x, y in self.valid:
            with torch.no_grad():
                outputs = self.model(x)
                losses += [float(self.config.criterion(outputs, y))] * len(y)
            for scores, label in zip(outputs.tolist(), y.tolist()):
                ok.append(scores.index(max(scores)) == label)
        self.model.train(mode)
        return sum(losses) / len(losses), sum(ok) / len(ok)

    def valid_loss(self):
        return self.loss_and_share()[0]

    def validate_epoch(self):
        return self.loss_and_share()[1]

    def fit(self):
        if self.config.seed is not None:
            torch.manual_seed(self.config.seed)
        log = Log()
        t0 = time.monotonic()
        first_epoch = 1
        saved = []
        for epoch in range(1, self.config.epochs + 1):
            t1 = time.perf_counter()
            log.losses.append(self.train_epoch())
            loss, accuracy = self.loss_and_share()
            log.valid_losses.append(loss)
            log.accuracies.append(accuracy)
            log.seconds.append(time.perf_counter() - t1)
            if loss < min(log.valid_losses[:-1], default=float("inf")):
                best_epoch = epoch
                saved = [w.detach().clone() for w in self.model.parameters()]
            if self.config.patience and epoch - best_epoch >= self.config.patience:
                break
            if self.config.max_seconds and time.monotonic() - t0 + 1e-6 > self.config.max_seconds:
                break
        for w, weights in zip(self.model.parameters(), saved):
            w.data.copy_(weights)
        return log

    def predict(self, x):
        mode = self.model.training
        try:
            self.model.eval()
            with torch.no_grad():
                return self.model(x.to(self.config.device)).max(dim=1)[1]
        finally:
            self.model.train(mode)

    def evaluate(self):
        titles = self.model.labels if hasattr(self.model, "labels") else GARMENTS
        answers = [(int(a), int(b)) for x, y in self.test for a, b in zip(y, self.predict(x))]
        table = {}
        for c, name in enumerate(titles):
            right_ones = sum(a == b == c for a, b in answers)
            predicted, actual = sum(b == c for _, b in answers), sum(a == c for a, _ in answers)
            precision = right_ones / predicted if predicted else 0.0
            recall = right_ones / actual if actual else 0.0
            f1 = 2 * precision * recall / (precision + recall) if right_ones else 0.0
            table[name] = dict(precision=precision, recall=recall, f1=f1)
        return table

    def export(self, path):
        save_file(self.model.state_dict(), str(path))
