"""A Learner in two classes, the validation by a generator, a config that inherits its defaults, einsum for the sums."""

import itertools
import math
import time
from dataclasses import dataclass
from types import SimpleNamespace

import torch


@dataclass(eq=False)
class Needed:
    model: torch.nn.Module
    criterion: object


@dataclass(eq=False)
class LearnerConfig(Needed):
    epochs: int = 25
    lr: float = 1e-1
    device: str = "cpu"
    patience: int | None = None
    max_seconds: float | None = None
    seed: int | None = None


def batches(images, labels, batch_size, shuffle, generator=None):
    if len(labels) - len(images):
        raise ValueError("lengths")
    if not batch_size > 0:
        raise ValueError("batch_size")
    order = iter(torch.randperm(len(labels), generator=generator).tolist() if shuffle else range(len(labels)))
    while rows := list(itertools.islice(order, batch_size)):
        yield images[rows], labels[rows]


class Measuring:
    def __init__(self, config, loaders):
        self.config, self.loaders = config, loaders
        self.model = config.model
        self.model.to(device=config.device)

    def quietly(self, name):
        """Outputs and targets of a set, batch by batch."""
        for x, y in self.loaders[name]:
            yield self.outputs(x).cpu(), y

    def outputs(self, x):
        modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        with torch.no_grad():
            found = self.model(x.to(device=self.config.device))
        for module, mode in modes:
            module.training = mode
        return found

    def valid_loss(self):
        parts = [(self.config.criterion(outputs, y).item(), len(y)) for outputs, y in self.quietly("valid")]
        return math.fsum(loss * n for loss, n in parts) / sum(n for _, n in parts)

    def valid_accuracy(self):
        hits = [hit for outputs, y in self.quietly("valid") for hit in (outputs.argmax(1) == y).tolist()]
        return hits.count(True) / len(hits)

    def predict(self, x):
        return torch.argmax(self.outputs(x), dim=-1)


class Learner(Measuring):
    def train_epoch(self):
        self.model.train(mode=True)
        summed, count = 0, 0
        for x, y in self.loaders["train"]:
            for p in self.model.parameters():
                p.grad = None
            x, y = (part.to(next(self.model.parameters()).device) for part in (x, y))
            loss = self.config.criterion(self.model(x), y)
            loss.backward()
            for p in self.model.parameters():
                p.data.sub_(p.grad, alpha=self.config.lr)
            summed, count = summed + float(loss) * len(x), count + len(x)
        return summed / count

    def epochs(self):
        for _ in range(self.config.epochs):
            start = time.perf_counter()
            row = [self.train_epoch(), self.valid_loss(), self.valid_accuracy()]
            yield [*row, time.perf_counter() - start]

    def fit(self):
        config = self.config
        if config.seed is not None:
            torch.manual_seed(config.seed)
        rows, lowest, waited, spent = [], math.inf, 0, 0.0
        for row in self.epochs():
            rows.append(row)
            spent += row[-1]
            if row[1] < lowest:
                lowest, waited = row[1], 0
                kept = {name: value.clone() for name, value in self.model.state_dict().items()}
            else:
                waited += 1
            if waited == config.patience or (config.max_seconds and spent >= config.max_seconds):
                break
        self.model.load_state_dict(kept)
        losses, valid, accuracies, seconds = map(list, zip(*rows))
        return SimpleNamespace(losses=losses, valid_losses=valid, accuracies=accuracies, seconds=seconds)


def confusion_matrix(targets, predictions, classes):
    t, p = (torch.tensor([int(value) for value in values], dtype=torch.int64) for values in (targets, predictions))
    if len(t) != len(p):
        raise ValueError("lengths")
    if not set(t.tolist()) | set(p.tolist()) <= set(range(classes)):
        raise ValueError("classes")
    kinds = torch.arange(classes)
    return torch.einsum("nt,np->tp", (t[:, None] == kinds).long(), (p[:, None] == kinds).long())


def precision_recall_f1(matrix):
    matrix = matrix.double()
    hits = torch.einsum("cc->c", matrix)

    def share(total):
        return torch.where(total == 0, torch.zeros_like(hits), hits / total.where(total != 0, torch.ones_like(total)))

    rows, columns = torch.einsum("tp->t", matrix), torch.einsum("tp->p", matrix)
    return share(columns), share(rows), share((rows + columns) / 2)


@dataclass
class Report:
    accuracy: float
    interval: tuple
    scores: dict


def evaluate(learner):
    labels = getattr(learner.model, "labels", None) or [
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ]
    guesses, targets = [], []
    for x, y in learner.loaders["test"]:
        guesses.extend(learner.predict(x).cpu())
        targets.extend(y)
    matrix = confusion_matrix(torch.stack(targets), torch.stack(guesses), len(labels))
    columns = [column.tolist() for column in precision_recall_f1(matrix)]
    n = len(targets)
    hits = sum(guess.item() == target.item() for guess, target in zip(guesses, targets))
    # As if two right and two wrong answers were added, or nearly: z² / 2 of each.
    more = 1.96**2 / 2
    share = (hits + more) / (n + 2 * more)
    spread = math.sqrt(hits * (n - hits) / n + more / 2) * 1.96 / (n + 2 * more)
    scores = {
        label: {name: column[k] for name, column in zip(("precision", "recall", "f1"), columns)}
        for k, label in enumerate(labels)
    }
    return Report(accuracy=hits / n, interval=(share - spread, share + spread), scores=scores)
