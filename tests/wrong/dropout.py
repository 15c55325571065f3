"""Wrong answers of the room ``dropout``, by other algorithms than the reference's."""

import math
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

from tests.wrong import wrong


@contextmanager
def evaluating(model):
    before = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(before)


def mean_loss(model, criterion, batches):
    total, count = 0.0, 0
    for x, y in batches:
        total += criterion(model(x), y).item() * len(x)
        count += len(x)
    if not count:
        raise ValueError("no examples")
    return total / count


def right_gap(model, criterion, seen, held):
    with torch.no_grad(), evaluating(model):
        return mean_loss(model, criterion, held) - mean_loss(model, criterion, seen)


@wrong("refused where there is no batch, while a batch may be empty")
@torch.no_grad()
def gap(model, criterion, seen, held):
    means = []
    with evaluating(model):
        for batches in (held, seen):
            losses = [(criterion(model(x), y).item(), len(x)) for x, y in batches]
            if not losses:
                raise ValueError("no batches")
            means.append(sum(loss * n for loss, n in losses if n) / max(1, sum(n for _, n in losses)))
    return means[0] - means[1]


@wrong("the mode put back where reading fails, and not where its own function refuses")
@torch.no_grad()
def gap(model, criterion, seen, held):
    before = model.training
    model.eval()
    try:
        seen, held = list(seen), list(held)
    except Exception:
        model.train(before)
        raise
    answer = mean_loss(model, criterion, held) - mean_loss(model, criterion, seen)
    model.train(before)
    return answer


@wrong("batches of both sets side by side, as many as the shorter has")
def gap(model, criterion, seen, held):
    pairs = list(zip(seen, held))
    return right_gap(model, criterion, [one for one, _ in pairs], [other for _, other in pairs])


@wrong("the examples counted by the loader's data set, which a list has not")
@torch.no_grad()
def gap(model, criterion, seen, held):
    def mean(batches):
        total = sum(criterion(model(x), y).item() * len(x) for x, y in batches)
        return total / len(getattr(batches, "dataset", batches))

    with evaluating(model):
        return mean(held) - mean(seen)


@wrong("rounded to six digits behind the point")
def gap(model, criterion, seen, held):
    return round(right_gap(model, criterion, seen, held), 6)


@wrong("the mean squared error, whatever the criterion is")
def gap(model, criterion, seen, held):
    return right_gap(model, F.mse_loss, seen, held)


@wrong("autograd switched off and not on again")
def gap(model, criterion, seen, held):
    torch.set_grad_enabled(False)
    return right_gap(model, criterion, seen, held)


@wrong("parameters that need no gradient, and are left so")
def gap(model, criterion, seen, held):
    model.requires_grad_(False)
    return right_gap(model, criterion, seen, held)


@wrong("seen in training mode and held back in evaluation mode")
@torch.no_grad()
def gap(model, criterion, seen, held):
    before = model.training
    try:
        model.train()
        on_seen = mean_loss(model, criterion, seen)
        model.eval()
        return mean_loss(model, criterion, held) - on_seen
    finally:
        model.train(before)


class Dropping(nn.Module):
    """A right layer, for those that are wrong in a single part."""

    def __init__(self, p=0.2):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        return self.dropped(x) if self.training else self.kept(x)

    def kept(self, x):
        return x

    def mask(self, x):
        return torch.rand_like(x) >= self.p

    def dropped(self, x):
        return x * self.mask(x) / (1 - self.p if self.p < 1 else 1)


@wrong("scaled by the share that was really kept")
class Dropout(Dropping):
    def dropped(self, x):
        mask = self.mask(x)
        return x * mask / mask.to(x.dtype).mean().clamp(min=1e-3) if x.numel() else x


@wrong("chances in tenths")
class Dropout(Dropping):
    def mask(self, x):
        return torch.randint(10, x.shape) >= self.p * 10


@wrong("whole channels of images, and elements of anything else")
class Dropout(Dropping):
    def mask(self, x):
        shape = (*x.shape[:2], 1, 1) if x.dim() == 4 else x.shape
        return (torch.rand(shape) >= self.p).expand(x.shape)


@wrong("one mask for both halves of a batch")
class Dropout(Dropping):
    def mask(self, x):
        if x.dim() < 2 or len(x) % 2:
            return super().mask(x)
        half = super().mask(x[: len(x) // 2])
        return torch.cat([half, half])


@wrong("the smallest numbers, and no chance")
class Dropout(Dropping):
    def mask(self, x):
        ranks = x.detach().abs().flatten().argsort().argsort().reshape(x.shape)
        return ranks >= self.p * x.numel()


@wrong("a generator of its own, which each layer begins alike")
class Dropout(Dropping):
    def __init__(self, p=0.2):
        super().__init__(p)
        self.generator = torch.Generator().manual_seed(0)

    def mask(self, x):
        return torch.rand(x.shape, generator=self.generator) >= self.p


@wrong("noise of the same variance, and nothing is zero")
class Dropout(Dropping):
    def dropped(self, x):
        return x * (1 + torch.randn_like(x) * math.sqrt(self.p / (1 - self.p if self.p < 1 else 1)))


@wrong("the gradient straight through, where nothing passed, too")
class Dropout(Dropping):
    def dropped(self, x):
        return x + (super().dropped(x) - x).detach()


@wrong("cut off from autograd in evaluation")
class Dropout(Dropping):
    def kept(self, x):
        return x.detach()


@wrong("on wherever gradients are recorded, whatever the mode")
class Dropout(Dropping):
    def forward(self, x):
        return self.dropped(x) if torch.is_grad_enabled() else x


class Layers(nn.Module):
    """A right network, for those that are wrong in a single part."""

    labels = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(",")

    def __init__(self, dropout=0.2):
        super().__init__()
        self.one, self.two, self.three = nn.Linear(784, 256), nn.Linear(256, 64), nn.Linear(64, 10)
        self.p = dropout

    def forward(self, x):
        x = self.drop(self.active(self.one(x.flatten(start_dim=1))))
        return self.three(self.drop(self.active(self.two(x))))

    def drop(self, x):
        return F.dropout(x, self.p, self.training)

    def active(self, x):
        return x.relu()

    def refuse(self, x):
        if tuple(x.shape) not in {(28, 28), (1, 28, 28), (1, 1, 28, 28)}:
            raise ValueError("one image, please")

    def shares(self, logits):
        return logits.softmax(dim=1)

    def predictions(self, x):
        self.refuse(x)
        with torch.no_grad(), evaluating(self):
            logits = self(x.reshape(1, 28, 28))
        return dict(zip(self.labels, self.shares(logits)[0].tolist()))


@wrong("clipped at 6, from a network for telephones")
class Classifier(Layers):
    def active(self, x):
        return F.relu6(x)


@wrong("one mask for the whole batch")
class Classifier(Layers):
    def drop(self, x):
        return x * F.dropout(torch.ones_like(x[:1]), self.p, self.training)


@wrong("each image's pixels centred first")
class Classifier(Layers):
    def forward(self, x):
        return super().forward(x - x.mean(dim=(-2, -1), keepdim=True))


@wrong("normalised over the batch between the layers, without parameters")
class Classifier(Layers):
    def active(self, x):
        return F.batch_norm(x, None, None, training=True).relu() if self.training else x.relu()


@wrong("the exponential of a large logit overflows")
class Classifier(Layers):
    def shares(self, logits):
        powers = logits.exp()
        return powers / powers.sum(dim=1, keepdim=True)


@wrong("rounded to three digits")
class Classifier(Layers):
    def shares(self, logits):
        return logits.softmax(dim=1).round(decimals=3)


@wrong("the pixels counted, and not their rows and columns")
class Classifier(Layers):
    def refuse(self, x):
        if x.numel() != 784:
            raise ValueError("one image, please")


@wrong("left in evaluation mode by its own refusal")
class Classifier(Layers):
    def predictions(self, x):
        before = self.training
        self.eval()
        self.refuse(x)
        answer = super().predictions(x)
        self.train(before)
        return answer


@wrong("autograd switched off and not on again")
class Classifier(Layers):
    def predictions(self, x):
        torch.set_grad_enabled(False)
        return super().predictions(x)


@wrong("the names of another copy of the data")
class Classifier(Layers):
    labels = ["T-shirt", *Layers.labels[1:-1], "Boot"]
