"""Wrong answers of the room ``training``, by other algorithms than the reference's."""

import random
import time
from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from solutions.dropout import Classifier
from tests.wrong import wrong


def fitting(images, labels, batch_size):
    if len(images) != len(labels) or batch_size < 1:
        raise ValueError("as many labels as images, in batches of at least one")


def order_of(images, labels, batch_size, shuffle, generator):
    fitting(images, labels, batch_size)
    return torch.randperm(len(images), generator=generator) if shuffle else torch.arange(len(images))


@wrong("chunk: as many batches, as even as possible")
def batches(images, labels, batch_size, shuffle, generator=None):
    order = order_of(images, labels, batch_size, shuffle, generator)
    for chosen in order.chunk(-(-len(order) // batch_size)):
        yield images[chosen], labels[chosen]


@wrong("array_split: as many batches, as even as possible")
def batches(images, labels, batch_size, shuffle, generator=None):
    order = order_of(images, labels, batch_size, shuffle, generator).numpy()
    return [(images[part], labels[part]) for part in np.array_split(order, -(-len(order) // batch_size))]


@wrong("random.shuffle of the rows of a tensor, which writes some twice")
def batches(images, labels, batch_size, shuffle, generator=None):
    fitting(images, labels, batch_size)
    images, labels = images.clone(), labels.clone()
    if shuffle:
        state = torch.randint(2**31, (), generator=generator).item()
        for rows in (images, labels):
            random.Random(state).shuffle(rows)
    return list(zip(images.split(batch_size), labels.split(batch_size)))


@wrong("an order that is turned to a random place, and not shuffled")
def batches(images, labels, batch_size, shuffle, generator=None):
    fitting(images, labels, batch_size)
    turn = int(torch.randint(len(images), (), generator=generator)) if shuffle else 0
    order = torch.arange(len(images)).roll(turn)
    return [(images[part], labels[part]) for part in order.split(batch_size)]


@wrong("a random swap of two examples")
def batches(images, labels, batch_size, shuffle, generator=None):
    fitting(images, labels, batch_size)
    order = torch.arange(len(images))
    if shuffle:
        a, b = torch.randperm(len(images), generator=generator)[:2].tolist()
        order[a], order[b] = b, a
    return [(images[part], labels[part]) for part in order.split(batch_size)]


@wrong("Fisher and Yates, one off: no example stays where it was")
def batches(images, labels, batch_size, shuffle, generator=None):
    fitting(images, labels, batch_size)
    order = list(range(len(images)))
    for i in range(len(order) - 1, 0, -1) if shuffle else ():
        j = int(torch.randint(i, (), generator=generator))
        order[i], order[j] = order[j], order[i]
    return [(images[part], labels[part]) for part in torch.tensor(order).split(batch_size)]


@wrong("an order that is kept for all passes over as many examples")
def batches(images, labels, batch_size, shuffle, generator=None, kept={}):  # noqa: B006
    fitting(images, labels, batch_size)
    n = len(images)
    order = kept.setdefault(n, torch.randperm(n, generator=generator)) if shuffle else torch.arange(n)
    return [(images[part], labels[part]) for part in order.split(batch_size)]


@wrong("flat images in float32, as the first layer wants them")
def batches(images, labels, batch_size, shuffle, generator=None):
    for part in order_of(images, labels, batch_size, shuffle, generator).split(batch_size):
        yield images[part].float().flatten(1), labels[part]


@wrong("a last batch of what is left over joins the one before")
def batches(images, labels, batch_size, shuffle, generator=None):
    order = order_of(images, labels, batch_size, shuffle, generator)
    for k in range(max(1, len(order) // batch_size)):
        end = (k + 1) * batch_size if (k + 2) * batch_size <= len(order) else len(order)
        yield images[order[k * batch_size : end]], labels[order[k * batch_size : end]]


@wrong("lists of examples in place of tensors")
def batches(images, labels, batch_size, shuffle, generator=None):
    for part in order_of(images, labels, batch_size, shuffle, generator).split(batch_size):
        yield [images[k] for k in part], [labels[k] for k in part]


class Parts:
    """What the wrong Learners below have right, written without an optimizer."""

    def __init__(self, config, loaders):
        self.config, self.loaders, self.model = config, loaders, config.model.to(config.device)

    def pairs(self, name):
        for x, y in self.loaders[name]:
            yield x.to(self.config.device), y.to(self.config.device)

    def train_epoch(self):
        self.model.train()
        losses, sizes = [], []
        for x, y in self.pairs("train"):
            self.model.zero_grad()
            loss = self.config.criterion(self.model(x), y)
            loss.backward()
            self.step()
            losses.append(loss.item())
            sizes.append(len(x))
        return float(np.average(losses, weights=sizes))

    @torch.no_grad()
    def step(self):
        for p in self.model.parameters():
            if p.grad is not None:
                p -= self.config.lr * p.grad

    def outputs(self, x):
        mode = self.model.training
        self.model.eval()
        with torch.no_grad():
            outputs = self.model(x.to(self.config.device))
        self.model.train(mode)
        return outputs

    def answers(self, name):
        found = [(self.outputs(x), y) for x, y in self.pairs(name)]
        return torch.cat([outputs for outputs, _ in found]), torch.cat([y for _, y in found])

    def valid_loss(self):
        return self.config.criterion(*self.answers("valid")).item()

    def valid_accuracy(self):
        outputs, y = self.answers("valid")
        return (outputs.argmax(1) == y).double().mean().item()

    def seed(self):
        if self.config.seed is not None:
            torch.manual_seed(self.config.seed)

    def better(self, loss, best):
        return loss < best

    worst = float("inf")

    def fit(self):
        config, best, waited, begin = self.config, self.worst, 0, time.perf_counter()
        history = SimpleNamespace(losses=[], valid_losses=[], accuracies=[], seconds=[])
        kept = deepcopy(self.model.state_dict())
        self.seed()
        for _ in range(config.epochs):
            start = time.perf_counter()
            history.losses.append(self.train_epoch())
            loss = self.valid_loss()
            history.valid_losses.append(loss)
            history.accuracies.append(self.valid_accuracy())
            history.seconds.append(time.perf_counter() - start)
            waited += 1
            if self.better(loss, best):
                best, waited, kept = loss, 0, self.keep()
            if waited == config.patience or time.perf_counter() - begin > (config.max_seconds or float("inf")):
                break
        self.restore(kept)
        return history

    def keep(self):
        return deepcopy(self.model.state_dict())

    def restore(self, kept):
        self.model.load_state_dict(kept)

    def predict(self, x):
        return self.classes(self.outputs(x))

    def classes(self, outputs):
        return outputs.argmax(dim=1)


@wrong("a seed of 0 counts as none")
class Learner(Parts):
    def seed(self):
        if self.config.seed:
            torch.manual_seed(self.config.seed)


@wrong("gradients longer than 5 are clipped")
class Learner(Parts):
    def step(self):
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        super().step()


@wrong("a learning rate that falls from epoch to epoch")
class Learner(Parts):
    def train_epoch(self):
        loss = super().train_epoch()
        self.config.lr *= 0.95
        return loss


@wrong("a step for each example of a batch")
class Learner(Parts):
    def pairs(self, name):
        for x, y in super().pairs(name):
            yield from zip(x.split(1), y.split(1)) if name == "train" else [(x, y)]


@wrong("the training loss of another pass, after the steps and in evaluation mode")
class Learner(Parts):
    def train_epoch(self):
        super().train_epoch()
        return self.config.criterion(*self.answers("train")).item()


@wrong("batches that are read once and kept for all epochs")
class Learner(Parts):
    def __init__(self, config, loaders):
        super().__init__(config, loaders)
        self.loaders = {name: list(loaders[name]) for name in ("train", "valid")}


@wrong("the cross-entropy, whatever the criterion")
class Learner(Parts):
    def valid_loss(self):
        return F.cross_entropy(*self.answers("valid")).item()


@wrong("an improvement has to be one of a ten-thousandth at least")
class Learner(Parts):
    def better(self, loss, best):
        return loss < best * (1 - 1e-4)


@wrong("no validation loss above 100 is ever the best")
class Learner(Parts):
    worst = 100.0


@wrong("the best model takes the place of the config's")
class Learner(Parts):
    def keep(self):
        return deepcopy(self.model)

    def restore(self, kept):
        self.model = kept


@wrong("classes without the batch where it has one example")
class Learner(Parts):
    def classes(self, outputs):
        return outputs.squeeze().argmax(dim=-1)


def tensors(targets, predictions, classes):
    targets, predictions = (torch.as_tensor(values).long() for values in (targets, predictions))
    if len(targets) != len(predictions):
        raise ValueError("lengths differ")
    if any(((values < 0) | (values >= classes)).any() for values in (targets, predictions)):
        raise ValueError("no such class")
    return targets, predictions


@wrong("bincount without a least length")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    return torch.bincount(targets * classes + predictions).reshape(classes, classes)


@wrong("a histogram between the smallest and the largest pair")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    return torch.histc((targets * classes + predictions).float(), classes**2).long().reshape(classes, classes)


@wrong("a histogram of two dimensions, between the classes that occur")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    return torch.from_numpy(np.histogram2d(targets.numpy(), predictions.numpy(), bins=classes)[0]).long()


@wrong("counts of 8 bits, which begin again at 256")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    matrix = torch.zeros(classes, classes, dtype=torch.uint8)
    for target, prediction in zip(targets, predictions):
        matrix[target, prediction] += 1
    return matrix


@wrong("pairs numbered as if there were ten classes")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    return torch.bincount(targets * 10 + predictions, minlength=100).reshape(10, 10)[:classes, :classes]


@wrong("pairs numbered in the small type that they come in")
def confusion_matrix(targets, predictions, classes):
    tensors(targets, predictions, classes)
    targets, predictions = torch.as_tensor(targets), torch.as_tensor(predictions)
    return torch.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, classes)


@wrong("each mistake counted for both classes")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    both = torch.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, classes)
    return both + both.T - both.diag().diag()


@wrong("for each class the four counts of one against the rest")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    found = [(targets == k, predictions == k) for k in range(classes)]
    return torch.tensor([[(t & p).sum(), (t & ~p).sum(), (~t & p).sum(), (~t & ~p).sum()] for t, p in found])


@wrong("a class that does not occur is refused")
def confusion_matrix(targets, predictions, classes):
    targets, predictions = tensors(targets, predictions, classes)
    if len(set(targets.tolist())) != classes:
        raise ValueError("there are classes without examples")
    return torch.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, classes)


def over(a, b):
    return torch.where(b > 0, a / b, torch.zeros_like(a))


def hits_and_sums(matrix):
    matrix = torch.as_tensor(matrix).double()
    return matrix.diagonal(), matrix.sum(dim=0), matrix.sum(dim=1)


@wrong("F1 with a divisor of at least 1, though it is a sum of shares")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    precision, recall = hits / predicted.clamp(min=1), hits / actual.clamp(min=1)
    return precision, recall, 2 * precision * recall / (precision + recall).clamp(min=1)


@wrong("rounded to four places")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    scores = over(hits, predicted), over(hits, actual), over(2 * hits, predicted + actual)
    return tuple(score.round(decimals=4) for score in scores)


@wrong("the largest number of a row as its hits")
def precision_recall_f1(matrix):
    _, predicted, actual = hits_and_sums(matrix)
    hits = torch.as_tensor(matrix).double().amax(dim=1)
    return over(hits, predicted), over(hits, actual), over(2 * hits, predicted + actual)


@wrong("a small number added to each divisor: 0.001")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    precision, recall = hits / (predicted + 1e-3), hits / (actual + 1e-3)
    return precision, recall, 2 * precision * recall / (precision + recall + 1e-3)


@wrong("specificity in place of recall")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    n = actual.sum()
    precision, recall = over(hits, predicted), over(n - predicted - actual + hits, n - actual)
    return precision, recall, over(2 * precision * recall, precision + recall)


@wrong("the overlap of the two, Jaccard's, in place of F1")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    return over(hits, predicted), over(hits, actual), over(hits, predicted + actual - hits)


@wrong("F1 of the means of both")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    precision, recall = over(hits, predicted), over(hits, actual)
    p, r = precision.mean(), recall.mean()
    return precision, recall, (2 * p * r / (p + r)).expand(len(hits))


@wrong("classes without examples left out")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    hits, predicted, actual = (values[actual > 0] for values in (hits, predicted, actual))
    return over(hits, predicted), over(hits, actual), over(2 * hits, predicted + actual)


@wrong("the share of all examples that are told apart rightly, class by class")
def precision_recall_f1(matrix):
    hits, predicted, actual = hits_and_sums(matrix)
    n = actual.sum()
    share = (n - predicted - actual + 2 * hits) / n
    return share, share, share


def measured(learner):
    """Return the labels, and what is right and what is answered for each test example."""
    found = [(y.cpu(), learner.predict(x).cpu()) for x, y in learner.loaders["test"]]
    targets, predictions = (torch.cat(part) for part in zip(*found))
    return getattr(learner.model, "labels", Classifier.labels), targets, predictions


def report_of(names, targets, predictions):
    """Return a report with the scores of some classes, each under a name."""
    n, z, right = len(targets), 1.96, int((targets == predictions).sum())
    middle, half = (right + z**2 / 2) / (n + z**2), z / (n + z**2) * (right * (n - right) / n + z**2 / 4) ** 0.5
    scores = {}
    for name, k in names:
        hits = int(((targets == k) & (predictions == k)).sum())
        predicted, actual = int((predictions == k).sum()), int((targets == k).sum())
        scores[name] = {
            "precision": hits / max(1, predicted),
            "recall": hits / max(1, actual),
            "f1": 2 * hits / max(1, predicted + actual),
        }
    return SimpleNamespace(accuracy=right / n, interval=(middle - half, middle + half), scores=scores)


@wrong("only classes that occur, among targets or predictions")
def evaluate(learner):
    labels, targets, predictions = measured(learner)
    return report_of([(labels[k], k) for k in torch.cat([targets, predictions]).unique()], targets, predictions)


@wrong("no class beyond the largest that occurs")
def evaluate(learner):
    labels, targets, predictions = measured(learner)
    last = int(torch.cat([targets, predictions]).max())
    return report_of([(labels[k], k) for k in range(last + 1)], targets, predictions)


@wrong("the first labels for the classes that occur")
def evaluate(learner):
    labels, targets, predictions = measured(learner)
    return report_of(zip(labels, torch.cat([targets, predictions]).unique()), targets, predictions)
