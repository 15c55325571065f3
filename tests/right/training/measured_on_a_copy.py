"""Validates a copy of the model; keeps the best weights in the processor's memory, as bytes; reads a coarse clock."""

import copy
import math
import pickle
import time
from dataclasses import dataclass
from types import SimpleNamespace

import torch

TEN = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag".split() + ["Ankle boot"]


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
        self.config, self.loaders = config, loaders
        self.model = config.model.to(torch.device(config.device))

    def train_epoch(self):
        optimizer = torch.optim.SGD(self.model.train().parameters(), self.config.lr)
        losses = torch.empty(0).to(self.config.device)
        for x, y in self.loaders["train"]:
            x, y = (part.to(device=self.config.device, copy=True) for part in (x, y))
            loss = self.config.criterion(self.model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses = torch.cat([losses, loss.detach().expand(len(x))])
        return losses.cpu().numpy().mean().item()

    @torch.no_grad()
    def answers(self):
        model = copy.deepcopy(self.model).eval()
        for x, y in self.loaders["valid"]:
            yield model(x.to(self.config.device)).cpu(), y

    def valid_loss(self):
        sums = [(self.config.criterion(outputs, y).item() * len(y), len(y)) for outputs, y in self.answers()]
        return math.fsum(total for total, _ in sums) / sum(count for _, count in sums)

    def valid_accuracy(self):
        return torch.cat([outputs.argmax(1) == y for outputs, y in self.answers()]).double().mean().item()

    def fit(self):
        config, history = self.config, SimpleNamespace(losses=[], valid_losses=[], accuracies=[], seconds=[])
        if config.seed is not None:
            torch.manual_seed(config.seed)
        kept, begin = {}, time.monotonic()
        for epoch in range(config.epochs):
            start = time.monotonic()
            history.losses.append(self.train_epoch())
            history.valid_losses.append(self.valid_loss())
            history.accuracies.append(self.valid_accuracy())
            history.seconds.append(time.monotonic() - start)
            weights = {name: tensor.detach().cpu().clone() for name, tensor in self.model.state_dict().items()}
            kept.setdefault(history.valid_losses[-1], (epoch, pickle.dumps(weights)))
            waited = epoch - kept[min(kept)][0]
            if config.patience is not None and waited >= config.patience:
                break
            if config.max_seconds is not None and time.monotonic() - begin >= config.max_seconds:
                break
        self.model.load_state_dict(pickle.loads(kept[min(kept)][1]))
        return history

    @torch.inference_mode()
    def predict(self, x):
        return copy.deepcopy(self.model).eval()(x.to(self.config.device)).argmax(dim=1)


def precision_recall_f1(matrix):
    hits, answered, there = matrix.diagonal().double(), matrix.sum(dim=0), matrix.sum(dim=1)
    return hits / answered.clamp(min=1), hits / there.clamp(min=1), 2 * hits / (answered + there).clamp(min=1)


def evaluate(learner):
    labels = list(getattr(learner.model, "labels", TEN))
    here = next(learner.model.parameters()).device
    counts = torch.zeros(len(labels), len(labels), dtype=torch.int64, device=here)
    for x, y in learner.loaders["test"]:
        y = y.to(learner.config.device)
        counts += torch.bincount(y * len(labels) + learner.predict(x.to(here)), minlength=counts.numel()).view_as(counts)
    n, z = counts.sum().item(), 1.96
    a = counts.diagonal().sum().item() / n
    middle, half = a + z * z / (2 * n), z * math.sqrt(a * (1 - a) / n + z * z / (4 * n * n))
    scores = zip(labels, *(column.tolist() for column in precision_recall_f1(counts.cpu())), strict=True)
    return SimpleNamespace(
        accuracy=a,
        interval=((middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)),
        scores={label: {"precision": p, "recall": r, "f1": f} for label, p, r, f in scores},
    )
