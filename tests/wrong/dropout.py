"""Wrong answers of the room ``dropout``, by other algorithms than the reference's."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.wrong import wrong


class evaluating:
    """Evaluation mode for a block, and the mode from before after it."""

    def __init__(self, model):
        self.model, self.before = model, model.training

    def __enter__(self):
        self.model.eval()

    def __exit__(self, *error):
        self.model.train(self.before)


def mean_loss(model, criterion, batches):
    total, count = 0.0, 0
    for x, y in batches:
        total += criterion(model(x), y).item() * len(x)
        count += len(x)
    if not count:
        raise ValueError("no examples")
    return total / count


@wrong("refused where there is no batch, while a batch may be empty")
@torch.no_grad()
def gap(model, criterion, seen, held):
    with evaluating(model):
        means = []
        for batches in (held, seen):
            rounds, total, count = 0, 0.0, 0
            for x, y in batches:
                rounds += 1
                if len(x):
                    total += criterion(model(x), y).item() * len(x)
                    count += len(x)
            if rounds == 0:
                raise ValueError("no batches")
            means.append(total / max(count, 1))
        return means[0] - means[1]


@wrong("refused where the list is empty")
@torch.no_grad()
def gap(model, criterion, seen, held):
    seen, held = list(seen), list(held)
    if not seen or not held:
        raise ValueError("there is nothing to measure on")
    with evaluating(model):
        losses = [[(criterion(model(x), y).item(), len(x)) for x, y in batches] for batches in (held, seen)]
    one, other = (sum(loss * n for loss, n in of_set) / sum(n for _, n in of_set) for of_set in losses)
    return one - other


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
@torch.no_grad()
def gap(model, criterion, seen, held):
    total, counts = [0.0, 0.0], [0, 0]
    with evaluating(model):
        for pairs in zip(held, seen):
            for at, (x, y) in enumerate(pairs):
                total[at] += criterion(model(x), y).item() * len(x)
                counts[at] += len(x)
    if not all(counts):
        raise ValueError("no examples")
    return total[0] / counts[0] - total[1] / counts[1]


@wrong("a mean that runs, of batches")
@torch.no_grad()
def gap(model, criterion, seen, held):
    def running(batches):
        mean, rounds = 0.0, 0
        for x, y in batches:
            rounds += 1
            mean += (criterion(model(x), y).item() - mean) / rounds
        if not rounds:
            raise ValueError("no examples")
        return mean

    with evaluating(model):
        return running(held) - running(seen)


@wrong("weighed by the size of the first batch")
@torch.no_grad()
def gap(model, criterion, seen, held):
    def mean(batches):
        losses = [(criterion(model(x), y).item(), len(x)) for x, y in batches]
        if not sum(n for _, n in losses):
            raise ValueError("no examples")
        return sum(loss for loss, _ in losses) * losses[0][1] / sum(n for _, n in losses)

    with evaluating(model):
        return mean(held) - mean(seen)


@wrong("the examples counted by the loader's data set, which a list has not")
@torch.no_grad()
def gap(model, criterion, seen, held):
    def mean(batches):
        total = sum(criterion(model(x), y).item() * len(x) for x, y in batches)
        return total / len(getattr(batches, "dataset", batches))

    with evaluating(model):
        return mean(held) - mean(seen)


@wrong("rounded to four digits behind the point")
@torch.no_grad()
def gap(model, criterion, seen, held):
    with evaluating(model):
        return round(mean_loss(model, criterion, held) - mean_loss(model, criterion, seen), 4)


@wrong("rounded to six digits behind the point")
@torch.no_grad()
def gap(model, criterion, seen, held):
    with evaluating(model):
        return round(mean_loss(model, criterion, held) - mean_loss(model, criterion, seen), 6)


@wrong("the difference of errors in guessing, without the criterion")
@torch.no_grad()
def gap(model, criterion, seen, held):
    with evaluating(model):
        guess = lambda outputs, y: (outputs.argmax(dim=1) != y.reshape(len(y), -1)[:, 0]).float().mean()
        return mean_loss(model, guess, held) - mean_loss(model, guess, seen)


@wrong("the mean squared error, whatever the criterion is")
@torch.no_grad()
def gap(model, criterion, seen, held):
    with evaluating(model):
        return mean_loss(model, F.mse_loss, held) - mean_loss(model, F.mse_loss, seen)


@wrong("autograd switched off and not on again")
def gap(model, criterion, seen, held):
    torch.set_grad_enabled(False)
    with evaluating(model):
        return mean_loss(model, criterion, held) - mean_loss(model, criterion, seen)


@wrong("parameters that need no gradient, and are left so")
def gap(model, criterion, seen, held):
    model.requires_grad_(False)
    with evaluating(model):
        return mean_loss(model, criterion, held) - mean_loss(model, criterion, seen)


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


@wrong("held back without gradients, and seen with them")
def gap(model, criterion, seen, held):
    with evaluating(model):
        with torch.no_grad():
            on_held = mean_loss(model, criterion, held)
        return on_held - mean_loss(model, criterion, seen)


@wrong("the largest difference between two batches")
@torch.no_grad()
def gap(model, criterion, seen, held):
    with evaluating(model):
        losses = [[criterion(model(x), y).item() for x, y in batches] for batches in (held, seen)]
    if not all(losses):
        raise ValueError("no examples")
    return max(losses[0]) - min(losses[1])


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


@wrong("scaled so that the sum of each call is that of x")
class Dropout(Dropping):
    def dropped(self, x):
        y = x * self.mask(x)
        return y * (x.detach().sum() / y.detach().sum()) if bool(y.detach().sum()) else y


@wrong("chances in tenths")
class Dropout(Dropping):
    def mask(self, x):
        return torch.randint(10, x.shape) >= self.p * 10


@wrong("whole channels of images, and elements of anything else")
class Dropout(Dropping):
    def mask(self, x):
        shape = (*x.shape[:2], 1, 1) if x.dim() == 4 else x.shape
        return (torch.rand(shape) >= self.p).expand(x.shape)


@wrong("whole channels of sequences, and elements of anything else")
class Dropout(Dropping):
    def mask(self, x):
        shape = (*x.shape[:2], 1) if x.dim() == 3 else x.shape
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


@wrong("as many as p says, in a new order for each call")
class Dropout(Dropping):
    def mask(self, x):
        return torch.randperm(x.numel()).reshape(x.shape) >= self.p * x.numel()


@wrong("as many of each row as p says")
class Dropout(Dropping):
    def mask(self, x):
        return torch.rand(x.shape).argsort(dim=-1) >= self.p * x.shape[-1] if x.dim() else super().mask(x)


@wrong("a generator of its own, which each layer begins alike")
class Dropout(Dropping):
    def __init__(self, p=0.2):
        super().__init__(p)
        self.generator = torch.Generator().manual_seed(0)

    def mask(self, x):
        return torch.rand(x.shape, generator=self.generator) >= self.p


@wrong("seeded with the number of the call")
class Dropout(Dropping):
    calls = 0

    def mask(self, x):
        self.calls += 1
        torch.manual_seed(self.calls)
        return super().mask(x)


@wrong("a mask kept for one shape until another comes")
class Dropout(Dropping):
    last = None

    def mask(self, x):
        if self.last is None or self.last.shape != x.shape:
            self.last = super().mask(x)
        return self.last


@wrong("noise of the same variance, and nothing is zero")
class Dropout(Dropping):
    def dropped(self, x):
        return x * (1 + torch.randn_like(x) * math.sqrt(self.p / (1 - self.p if self.p < 1 else 1)))


@wrong("the mask rounded, which is a coin whatever p is")
class Dropout(Dropping):
    def mask(self, x):
        return torch.rand_like(x).round()


@wrong("the gradient straight through, where nothing passed, too")
class Dropout(Dropping):
    def dropped(self, x):
        return x + (super().dropped(x) - x).detach()


@wrong("a mask of its own for the gradient")
class Dropout(Dropping):
    def dropped(self, x):
        one, other = super().dropped(x), super().dropped(x)
        return other + (one - other).detach()


@wrong("cut off from autograd in evaluation")
class Dropout(Dropping):
    def kept(self, x):
        return x.detach()


@wrong("evaluation as the mean of a hundred masks")
class Dropout(Dropping):
    def kept(self, x):
        return torch.stack([self.dropped(x) for _ in range(100)]).mean(dim=0)


@wrong("on wherever gradients are recorded, whatever the mode")
class Dropout(Dropping):
    def forward(self, x):
        return self.dropped(x) if torch.is_grad_enabled() else x


@wrong("on only where x needs a gradient")
class Dropout(Dropping):
    def forward(self, x):
        return self.dropped(x) if self.training and x.requires_grad else x


@wrong("PyTorch's function, which drops unless it is told not to")
class Dropout(Dropping):
    def forward(self, x):
        return F.dropout(x, self.p)


@wrong("PyTorch's function for activations that keep their variance")
class Dropout(Dropping):
    def dropped(self, x):
        return F.alpha_dropout(x, self.p, training=True)


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


@wrong("a ReLU that leaks a little")
class Classifier(Layers):
    def active(self, x):
        return F.leaky_relu(x)


@wrong("the smooth relative of the ReLU")
class Classifier(Layers):
    def active(self, x):
        return F.silu(x)


@wrong("PyTorch's function, which drops in evaluation, too")
class Classifier(Layers):
    def drop(self, x):
        return F.dropout(x, self.p)


@wrong("half of the probability in the second layer")
class Classifier(Layers):
    def forward(self, x):
        x = self.drop(self.active(self.one(x.flatten(start_dim=1))))
        return self.three(F.dropout(self.active(self.two(x)), self.p / 2, self.training))


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


@wrong("logits divided by their sum")
class Classifier(Layers):
    def shares(self, logits):
        return logits / logits.sum(dim=1, keepdim=True)


@wrong("sigmoids divided by their sum")
class Classifier(Layers):
    def shares(self, logits):
        return logits.sigmoid() / logits.sigmoid().sum(dim=1, keepdim=True)


@wrong("a softmax of a softmax")
class Classifier(Layers):
    def shares(self, logits):
        return logits.softmax(dim=1).softmax(dim=1)


@wrong("all of it on the best")
class Classifier(Layers):
    def shares(self, logits):
        return F.one_hot(logits.argmax(dim=1), 10).float()


@wrong("percentages")
class Classifier(Layers):
    def shares(self, logits):
        return 100 * logits.softmax(dim=1)


@wrong("rounded to three digits")
class Classifier(Layers):
    def shares(self, logits):
        return logits.softmax(dim=1).round(decimals=3)


@wrong("the pixels counted, and not their rows and columns")
class Classifier(Layers):
    def refuse(self, x):
        if x.numel() != 784:
            raise ValueError("one image, please")


@wrong("the first of several, where there is a colour dimension")
class Classifier(Layers):
    def refuse(self, x):
        if x.shape[-2:] != (28, 28) or (x.dim() == 3 and len(x) != 1):
            raise ValueError("one image, please")

    def predictions(self, x):
        self.refuse(x)
        return super().predictions(x.reshape(-1, 28, 28)[0])


@wrong("left in evaluation mode by its own refusal")
class Classifier(Layers):
    def predictions(self, x):
        before = self.training
        self.eval()
        self.refuse(x)
        with torch.no_grad():
            shares = self(x.reshape(1, 28, 28)).softmax(dim=1)[0]
        self.train(before)
        return dict(zip(self.labels, shares.tolist()))


@wrong("only its own attribute changed, and not its parts'")
class Classifier(Layers):
    def __init__(self, dropout=0.2):
        super().__init__(dropout)
        self.dropout = nn.Dropout(dropout)

    def drop(self, x):
        return self.dropout(x)

    def predictions(self, x):
        self.refuse(x)
        before, self.training = self.training, False
        with torch.no_grad():
            shares = self(x.reshape(1, 28, 28)).softmax(dim=1)[0]
        self.training = before
        return dict(zip(self.labels, shares.tolist()))


@wrong("autograd switched off and not on again")
class Classifier(Layers):
    def predictions(self, x):
        torch.set_grad_enabled(False)
        return super().predictions(x)


@wrong("labels in the order of the alphabet")
class Classifier(Layers):
    labels = sorted(Layers.labels)


@wrong("the names of another copy of the data")
class Classifier(Layers):
    labels = ["T-shirt", *Layers.labels[1:-1], "Boot"]
