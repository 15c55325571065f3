"""What the batches, the Learner and the comparisons of chapter 5 must do.

Training is watched, not guessed. The loaders note when they are gone through, and the models tell the mode they are in:
a layer without chance in it multiplies by other factors in training than in evaluation, so that a forgotten mode stands
in the numbers. Where nothing is drawn, a right answer has the same numbers up to rounding, far below the judge's
tolerances.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from autograder.arrays import python_numbers
from autograder.checks import Observation, Observations, Sample, attempt, between, check, normal, ready_made, set_values
from solutions.checks._far_device import far_or_near

ready_made("batches", {"torch.utils.data.DataLoader": DataLoader.__iter__})


# Batches. An example's image holds its number, and its label is that number times ten.


def numbered(n: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    numbers = torch.arange(n)
    return numbers.to(dtype).reshape(n, 1, 1).repeat(1, 2, 2), numbers * 10


def order_of(parts: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Return the numbers of the examples, in the order in which they came."""
    return torch.cat([x[:, 0, 0].long() for x, _ in parts]) if parts else torch.zeros(0).long()


def labels_of(parts: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    return torch.cat([y for _, y in parts]) if parts else torch.zeros(0).long()


def lengths(parts: Sequence[tuple[Tensor, Tensor]]) -> str:
    return ", ".join(str(len(x)) for x, _ in parts)


@check("batches", points=1, title="Each example comes once, with its label, whatever the sizes; arguments are kept")
def every_example_once(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """29 shuffled labels stand in their own order with probability 1/29!, less than once in 10^30 runs.

    More do more seldom. The last batch is so short that who shares the examples out evenly gives other sizes. That the
    arguments stay as they are is looked at after 40 examples or more: 1/40! for an order that is none.
    """
    size = between(7, 9, rng)
    n = 4 * size + between(1, 2, rng)
    images, labels = numbered(n)
    observed: dict[str, Observation] = {}
    for shuffle in (False, True):
        passes = [list(names.batches(images, labels, size, shuffle)) for _ in range(20 if shuffle else 1)]
        parts, sizes = passes[0], sorted(set(map(lengths, passes)))  # the short batch is the last one in every pass
        observed |= {
            f"sizes of the batches, {n} examples, batch_size={size}, shuffle={shuffle}": " or ".join(sizes),
            f"examples, sorted, shuffle={shuffle}": order_of(parts).sort().values,
            f"each label is its image's, shuffle={shuffle}": torch.equal(order_of(parts) * 10, labels_of(parts)),
        }
        if not shuffle:
            observed["the examples are in their order"] = torch.equal(order_of(parts), torch.arange(n))
        else:
            observed["the labels are shuffled"] = not torch.equal(labels_of(parts), labels)
    for n, size in ((3, 8), (8, 4), (4, 1)):
        numbers = torch.arange(n)
        observed[f"sizes of the batches, {n} examples of one number each, batch_size={size}"] = attempt(
            lambda numbers=numbers, size=size: lengths(list(names.batches(numbers, numbers, size, False)))  # type: ignore[misc]
        )
    images, labels = numbered(between(40, 60, rng), torch.float64)
    parts = list(names.batches(images, labels, 7, True))
    return observed | {
        "dtype of the images for float64": str(parts[0][0].dtype) if parts else "no batch",
        "shape of a batch of images": str(tuple(parts[0][0].shape)) if parts else "no batch",
        "images afterwards": images[:, 0, 0],
        "labels afterwards": labels,
    }


@check("batches", points=1, title="Shuffled means: any order, another one in each pass; a generator repeats it")
def orders(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """600 passes, three samples: a right answer fails less than 4 times in 10^10 runs (see judge).

    Two orders of 40 examples are equal with probability 1/40!, less than once in 10^47 runs.
    """
    images, labels = numbered(6)
    first, neighbours, stayed, counted = [], [], [], set()
    for _ in range(600):
        order = order_of(list(names.batches(images, labels, 2, True))).tolist()
        counted.add(len(order))
        first.append(float(order[0]) if order else -1.0)
        neighbours.append(float(order[1] - order[0]) if len(order) > 1 else 0.0)
        stayed.append(float(sum(at == place for place, at in enumerate(order))))
    images, labels = numbered(40)

    def drawn(generator: torch.Generator | None) -> Tensor:
        return order_of(list(names.batches(images, labels, 8, True, generator=generator)))

    seed = int(torch.randint(1000, (), generator=rng))
    same, going_on = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    from_going_on = drawn(going_on)

    def of_pytorch() -> Tensor:
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(seed)
            return drawn(None)

    return {
        "examples in a pass over six": " or ".join(map(str, sorted(counted))),
        "the first example of 600 passes": Sample(torch.tensor(first)),
        "second example minus first, in 600 passes": Sample(torch.tensor(neighbours)),
        "how many examples keep their place, in 600 passes": Sample(torch.tensor(stayed)),
        "two passes have one order": torch.equal(drawn(None), drawn(None)),
        "after torch.manual_seed, and again after it, one order": torch.equal(of_pytorch(), of_pytorch()),
        "two generators in the same state give one order": torch.equal(from_going_on, drawn(same)),
        "a generator that goes on gives the same order again": torch.equal(from_going_on, drawn(going_on)),
    }


# What the Learner is watched with.


class TrainingLog:
    """What happened during training: which set is being read, and in which state the model answered meanwhile."""

    def __init__(self) -> None:
        self.now = "none"
        self.clear()

    def __deepcopy__(self, memo: object) -> "TrainingLog":
        """Stay the same one where a model is copied: a copy may do the work, too."""
        return self

    def clear(self) -> None:
        self.read: list[str] = []
        self.answers: list[tuple[str, bool, bool]] = []

    @property
    def sets(self) -> str:
        return ", ".join(sorted(set(self.read))) or "none"

    def states(self, *sets: str) -> str:
        """Tell in which states the model answered while one of the sets was read."""
        states = {
            f"{'training' if training else 'evaluation'} mode, gradients {'recorded' if recorded else 'not recorded'}"
            for name, training, recorded in self.answers
            if not sets or name in sets
        }
        return " and ".join(sorted(states)) or "it was not asked"


class Examples(TensorDataset):
    """The examples behind a loader, which notes when they are read here."""

    def __init__(self, loader: "RecordingLoader") -> None:
        super().__init__(loader.x, loader.y)
        self.loader = loader

    def __getitem__(self, at: int) -> tuple[Tensor, ...]:
        self.loader.log.read.append(self.loader.name)
        return self.tensors[0][at], self.tensors[1][at]


class RecordingLoader:
    """Batches that can be gone through again and again, and that note when they are; each time they are new tensors.

    What a DataLoader tells of itself, this does as well.
    """

    def __init__(self, name: str, log: TrainingLog, x: Tensor, y: Tensor, size: int, shuffled: bool = False) -> None:
        self.name, self.log, self.x, self.y, self.batch_size, self.shuffled = name, log, x, y, size, shuffled
        self.orders: list[tuple[int, ...]] = []
        self.dataset = Examples(self)

    def __len__(self) -> int:
        return math.ceil(len(self.x) / self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        self.log.read.append(self.name)
        x, y = self.x, self.y
        if self.shuffled:
            rows = torch.randperm(len(x))
            self.orders.append(tuple(rows.tolist()))
            x, y = x[rows], y[rows]
        for start in range(0, len(x), self.batch_size):
            self.log.now = self.name
            yield x[start : start + self.batch_size].clone(), y[start : start + self.batch_size].clone()


REST = 0.02  # seconds: some clocks go on in steps of 16 ms, and by each of them a pass should take a time


class SlowLoader(RecordingLoader):
    """Takes a while for each pass."""

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        time.sleep(REST)
        return super().__iter__()


class ModeLayer(nn.Module):
    """A layer that answers otherwise in training than in evaluation, without chance, and notes what it was asked.

    The factors are a buffer, so that a state without its buffers is told apart.
    """

    factors: Tensor

    def __init__(self, classes: int, log: TrainingLog) -> None:
        super().__init__()
        self.log = log
        self.register_buffer("factors", torch.linspace(1.5, -1.5, classes))

    def forward(self, x: Tensor) -> Tensor:
        self.log.answers.append((self.log.now, self.training, torch.is_grad_enabled()))
        return x * self.factors if self.training else x


class Net(nn.Sequential):
    """Four inputs, some classes, and the mood between them."""

    def __init__(self, rng: torch.Generator, log: TrainingLog, classes: int = 3) -> None:
        super().__init__(nn.Linear(4, classes), ModeLayer(classes, log), nn.Linear(classes, classes))
        for parameter in self.parameters():
            set_values(parameter, normal(rng, *parameter.shape))


def config_of(names: SimpleNamespace, **settings: object) -> Any:
    """Return a config of the class that the notebook gives; where somebody has lost it, one with the same fields."""
    given = {"criterion": F.cross_entropy, "epochs": 25, "lr": 0.1, "device": "cpu"}
    never = dict.fromkeys(("patience", "max_seconds", "seed"))
    return getattr(names, "LearnerConfig", SimpleNamespace)(**(given | never | settings))


def points(rng: torch.Generator, n: int, classes: int = 3) -> tuple[Tensor, Tensor]:
    """Draw examples, each class among their labels as often as any other."""
    return normal(rng, n, 4), torch.arange(n)[torch.randperm(n, generator=rng)] % classes


def three_sets(rng: torch.Generator, log: TrainingLog, classes: int = 3) -> dict[str, RecordingLoader]:
    """Return loaders whose last batches are short, of another size in each set."""
    return {
        "train": RecordingLoader("train", log, *points(rng, 10, classes), 4),
        "valid": RecordingLoader("valid", log, *points(rng, 310, classes), 150),
        "test": RecordingLoader("test", log, *points(rng, 62, classes), 20),
    }


def number(value: object) -> Observation:
    """Return a number of Python as a float; what else there is keeps its type, as words."""
    return float(value) if isinstance(value, int | float) else f"a {type(value).__name__}"


def weights(model: nn.Module) -> Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


class Traced(torch.autograd.Function):
    """Passes the loss on, counts when a gradient comes back, and tells how many graphs are still held."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, trace: "Trace") -> Tensor:
        ctx.trace = trace
        trace.held.add(ctx)
        trace.most = max(trace.most, len(trace.held))
        return loss.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        ctx.trace.backwards += 1
        return gradients[0], None


class Trace:
    """A criterion that watches what happens to its losses.

    Attributes:
        size: what the cross-entropy is multiplied by.
        backwards: through how many losses a gradient went.
        most: how many graphs were held at once.
    """

    def __init__(self, size: float = 1) -> None:
        self.size = size
        self.held: WeakSet[Any] = WeakSet()
        self.most = self.backwards = 0

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        loss: Tensor = Traced.apply(self.size * F.cross_entropy(outputs, targets), self)
        return loss


@check("Learner", points=1, title="train_epoch takes one step down the gradient for each batch, on the config's model")
@torch.enable_grad()
def steps(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The batches are all of one size, and the model is new and in training mode: here only the steps count.

    The gradients are so long, and float64 is so exact, that steps which are clipped a little, or decay, are told apart.
    """
    log, trace = TrainingLog(), Trace(size=100)
    model, sets = Net(rng, log).double(), three_sets(rng, log)
    sets["train"] = RecordingLoader("train", log, *points(rng, 12), 4)
    for loader in sets.values():
        loader.x = loader.x.double()
    learner = names.Learner(config_of(names, model=model, criterion=trace, lr=0.001), sets)
    observed: dict[str, Observation] = {"learner.model is the model of the config": learner.model is model}
    for epoch in (1, 2):
        learner.train_epoch()
        observed[f"weights of the config's model after epoch {epoch}"] = weights(model)
    return observed | {"losses that went backwards in two epochs": trace.backwards, "sets that were read": log.sets}


@check("Learner", points=2, title="train_epoch returns the mean loss over the examples, measured in training mode")
@torch.enable_grad()
def training_loss(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The last batch is shorter than the others; before the second epoch the model was told to evaluate.

    Of 8 batches at most a few graphs may be held at once: a plain loop holds one or two, of the batch before and its
    own.
    """
    log, trace = TrainingLog(), Trace()
    model, sets = Net(rng, log), three_sets(rng, log)
    sets["train"] = RecordingLoader("train", log, *points(rng, 15), 2)
    learner = names.Learner(config_of(names, model=model, criterion=trace, lr=0.05), sets)
    observed: dict[str, Observation] = {}
    for what in ("of a new model", "after eval()"):
        log.clear()
        observed[f"mean loss {what}"] = number(learner.train_epoch())
        observed[f"state of the model {what}"] = log.states()
        model.eval()
    return observed | {"the graphs of many batches are held at once": trace.most > 4}


def measured(names: SimpleNamespace, rng: torch.Generator, measure: Callable[[Any], object]) -> dict[str, Observation]:
    """Measure in both modes, and tell the value and what it took."""
    observed: dict[str, Observation] = {}
    log = TrainingLog()
    model, sets = Net(rng, log), three_sets(rng, log)
    short = sets["valid"].x[-10:]  # the last batch, in which all is right: its share is not that of the others
    sets["valid"].y[-10:] = model.eval()(short).argmax(dim=1)
    learner = names.Learner(config_of(names, model=model), sets)
    before = weights(model).clone()
    for training in (True, False):
        state = "found in training mode" if training else "found in evaluation mode"
        model.train(training)
        log.clear()
        observed[f"result, the model {state}"] = number(measure(learner))
        observed[f"state in which it answered, {state}"] = log.states()
        observed[f"sets that were read, {state}"] = log.sets
        observed[f"training mode afterwards, {state}"] = model.training
    return observed | {"the weights have changed": not torch.equal(before, weights(model))}


@check(
    "Learner", points=1, title="valid_loss is the mean over the validation examples, in evaluation mode; it restores it"
)
@torch.enable_grad()
def validation_loss(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return measured(names, rng, lambda learner: learner.valid_loss())


def losses_on(names: SimpleNamespace, state: Tensor, device: str) -> Observation:
    """Return all losses and accuracies of a fit on a device, where the model was moved at all.

    The loaders give tensors of the processor's memory.
    """
    rng, log = torch.Generator().set_state(state), TrainingLog()
    sets = {name: RecordingLoader(name, log, *points(rng, 5), 3) for name in ("train", "valid", "test")}
    learner = names.Learner(config_of(names, model=Net(rng, log), lr=0.05, epochs=2, device=device), sets)
    history = learner.fit()
    if {parameter.device.type for parameter in learner.model.parameters()} != {device}:
        return "the model is not on that device"
    return python_numbers([float(n) for n in (*history.losses, *history.valid_losses, *history.accuracies)])


@check(
    "Learner",
    points=1,
    title="fit trains on the training set alone, on the config's device and in training mode, and fills the history",
)
@torch.enable_grad()
def fitting(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    log = TrainingLog()
    model, sets = Net(rng, log), three_sets(rng, log)
    sets["train"] = SlowLoader("train", log, sets["train"].x, sets["train"].y, 4)
    learner = names.Learner(config_of(names, model=model, lr=0.05, epochs=3), sets)
    began = time.perf_counter()
    history = learner.fit()
    elapsed = time.perf_counter() - began
    return {
        "losses": python_numbers([float(loss) for loss in history.losses]),
        "accuracies": python_numbers([float(share) for share in history.accuracies]),
        "entries in seconds": len(history.seconds),
        "each is a time": all(float(seconds) > 0 for seconds in history.seconds),
        "together they are longer than fit": sum(map(float, history.seconds)) > elapsed + REST,
        "sets that were read": log.sets,
        "state of the model while the training set is read": log.states("train"),
        "state of the model otherwise": log.states("valid", "test"),
        "losses and accuracies on another device": attempt(
            partial(far_or_near, partial(losses_on, names, rng.get_state()))
        ),
    }


class Clock(nn.Module):
    """Its weight is the number of epochs it was trained for: each step has the same length."""

    def __init__(self) -> None:
        super().__init__()
        self.epochs = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Two logits: after five epochs the second class is no longer the likelier one."""
        return torch.cat([self.epochs * x, torch.full_like(x, 4.5)], dim=1)


def scripted(losses: Sequence[float]) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a criterion: on training examples (class 0) a slope of 1, on others the loss that stands in the script."""
    script = dict(enumerate(losses, start=1))

    def criterion(outputs: Tensor, targets: Tensor) -> Tensor:
        if int(targets[0]) == 0:
            return outputs[:, 0].mean()
        return outputs[:, 0].mean() * 0 + script.get(round(float(outputs[0, 0].detach())), 50.0)

    return criterion


@check(
    "Learner", points=1, title="fit stops when patience or time is over, and then holds the weights of the best epoch"
)
@torch.enable_grad()
def stopping(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The validation losses are given; those of three runs come in an order that is drawn.

    The time is a billionth of a second, over after any epoch, or a minute, over after none; or it is over after some
    epochs, in which one rests, and long before the last: how many they are depends on the machine.
    """
    log = TrainingLog()
    examples = {"train": (-10.0, 0), "valid": (1.0, 1), "test": (1.0, 1)}
    sets = {
        name: RecordingLoader(name, log, torch.full((2, 1), x), torch.full((2,), y), 2)
        for name, (x, y) in examples.items()
    }
    observed: dict[str, Observation] = {}

    def look(what: str, losses: Sequence[float], **settings: object) -> None:
        model = Clock()
        config = config_of(names, model=model, criterion=scripted(losses), lr=0.1, epochs=len(losses), **settings)
        history = names.Learner(config, sets).fit()
        observed[f"{what}: epochs"] = len(history.losses)
        observed[f"{what}: the epoch whose weights are held"] = round(model.epochs.item(), 3)

    up_and_down = (5.0, 4.0, 4.5, 3.0, 3.0, 3.5, 9.0, 2.0)
    for patience in (1, 2, 3, 4, None):
        look(f"validation losses {up_and_down}, patience {patience}", up_and_down, patience=patience)
    drawn = tuple((torch.randperm(10, generator=rng) + 1.0).tolist())
    for patience in (2, 3, None):
        look(f"validation losses {drawn}, patience {patience}", drawn, patience=patience)
    look("an epoch better than the one before, but not than the best", (5.0, 3.0, 4.0, 3.5, 3.2, 6.0), patience=3)
    look("large validation losses that only grow", (1e5, 2e5, 3e5, 4e5))
    look("validation losses that only fall, by very little, patience 1", (4.0, 3.99999, 3.99998, 3.99997), patience=1)
    look("a minute of time", (4.0, 3.0, 5.0), max_seconds=60.0)
    sets["train"] = SlowLoader("train", log, torch.full((2, 1), -10.0), torch.full((2,), 0), 2)
    look("time is over after an epoch", (4.0, 3.0, 2.0), max_seconds=1e-9)
    some = config_of(names, model=Clock(), criterion=scripted(()), lr=0.1, epochs=9, max_seconds=4 * REST)
    ended = len(names.Learner(some, sets).fit().losses) < 9
    return observed | {f"nine epochs of {REST} seconds each, max_seconds={4 * REST}: it ends before the last": ended}


def classes_on(names: SimpleNamespace, state: Tensor, device: str) -> Tensor:
    """Return what predict says of inputs in the processor's memory where the model is on a device."""
    rng, log = torch.Generator().set_state(state), TrainingLog()
    learner = names.Learner(config_of(names, model=Net(rng, log), device=device), three_sets(rng, log))
    classes: Tensor = learner.predict(normal(rng, 9, 4)).cpu()
    return classes


@check("Learner", points=1, title="predict gives class numbers, in evaluation mode; it restores the mode")
@torch.enable_grad()
def predicting(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Batches as large as the number of classes, and of one example, so that a wrong dimension gives other numbers."""
    observed: dict[str, Observation] = {}
    log = TrainingLog()
    model, sets = Net(rng, log), three_sets(rng, log)
    learner = names.Learner(config_of(names, model=model), sets)
    for training in (True, False):
        state = "found in training mode" if training else "found in evaluation mode"
        for size in (3, 1, 40):
            model.train(training)
            log.clear()
            observed[f"classes for {size} inputs, the model {state}"] = learner.predict(normal(rng, size, 4))
        observed[f"state in which it answered, {state}"] = log.states()
        observed[f"training mode afterwards, {state}"] = model.training
    observed["sets that were read"] = log.sets
    elsewhere = partial(far_or_near, partial(classes_on, names, rng.get_state()))
    return observed | {"classes by a model on another device": attempt(elsewhere)}


# What a step moves.


def layers(rng: torch.Generator, *sizes: int) -> nn.Sequential:
    """Return affine layers with ReLUs between them, and weights from the check's own generator."""
    model = nn.Sequential()
    for fan_in, fan_out in pairwise(sizes):
        model.extend([nn.Linear(fan_in, fan_out), nn.ReLU()])
    for parameter in model.parameters():
        set_values(parameter, normal(rng, *parameter.shape))
    return model


def said_of(names: SimpleNamespace, model: nn.Module, step: Callable[[], object]) -> str:
    """Return in words what unmoved names."""
    return ", ".join(map(str, names.unmoved(model, step))) or "none"


@check("unmoved", points=1, title="It takes one step and names what that leaves as it was, in the model's order")
def stood_still(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Of six parameters a drawn half moves; then all, then none."""
    drawn = torch.randperm(6, generator=rng)[:3].tolist()
    observed: dict[str, Observation] = {}
    for what, moving in (("three", drawn), ("all", range(6)), ("none", ())):
        model = layers(rng, 3, 4, 3, 2)
        calls: list[int] = []

        def step(model: nn.Module = model, moving: Any = moving, calls: list[int] = calls) -> None:
            calls.append(1)
            for at, parameter in enumerate(model.parameters()):
                if at in moving:
                    set_values(parameter, parameter - 0.1)

        observed[f"unmoved where {what} of six move"] = said_of(names, model, step)
        observed[f"steps taken where {what} move"] = len(calls)
        observed[f"weights afterwards where {what} move"] = weights(model)
    return observed


@check("unmoved", points=1, title="What counts are the values: neither gradients nor sums, however small the change")
def values_alone(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Each parameter is moved, or not, in a way of its own."""
    model = layers(rng, 3, 4, 4, 4, 2)
    model.append(nn.BatchNorm1d(2))
    parts = dict(model.named_parameters())
    by_a_little, swapped, negated, decayed = (parts[name] for name in ("0.weight", "2.weight", "4.weight", "6.bias"))
    parts["4.bias"].requires_grad_(False)

    def step() -> None:
        for parameter in parts.values():
            parameter.grad = torch.ones_like(parameter)
        decayed.grad, parts["0.bias"].grad = None, torch.zeros(4)
        set_values(by_a_little, torch.nextafter(by_a_little.detach(), torch.tensor(9.0)))
        set_values(swapped, swapped.flip(0))
        set_values(negated, -negated)
        set_values(decayed.detach()[:1], 0.9 * decayed[:1])
        set_values(model[-1].running_mean, torch.ones(2))  # type: ignore[arg-type]  # a buffer is no parameter

    said = said_of(names, model, step)
    return {
        "unmoved where values move without gradients, and gradients come without a step": said,
        "weights afterwards": weights(model),
    }


# Two models on the same examples.


def who_is_right(rng: torch.Generator, both: int, only_a: int, only_b: int, neither: int) -> tuple[Tensor, Tensor]:
    """Return for two models which examples they classify correctly, in an order that is drawn."""
    kinds = torch.tensor([0] * both + [1] * only_a + [2] * only_b + [3] * neither)
    kinds = kinds[torch.randperm(len(kinds), generator=rng)]
    return kinds <= 1, kinds % 2 == 0


def compared(names: SimpleNamespace, *right: Tensor) -> Observation:
    """Return the three numbers of a comparison, or what there is instead."""
    parts = [number(part) for part in names.compare(*right)]
    odd = [part for part in parts if not isinstance(part, float)]
    return str(odd[0]) if odd else python_numbers([part for part in parts if isinstance(part, float)], "float64")


@check("compare", points=2, title="It counts the examples that one model alone classifies correctly, and gives p")
def discordant(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    a, b = who_is_right(rng, both=between(15, 25, rng), only_a=between(7, 9, rng), only_b=between(2, 3, rng), neither=5)
    before = a.clone(), b.clone()
    observed = {"A alone, B alone, p": compared(names, a, b), "the models exchanged": compared(names, b, a)}
    return observed | {"the arguments have changed": not (torch.equal(a, before[0]) and torch.equal(b, before[1]))}
