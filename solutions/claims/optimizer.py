"""Claims of chapter 4: learning rates, momentum, Adam, schedules, and the distance to the best possible network."""

import math
from collections.abc import Callable
from statistics import fmean

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.approximation import relu_interpolant
from solutions.claims import (
    SEEDS,
    Quantity,
    above,
    below,
    between,
    claim,
    differences,
    grid,
    interval,
    minus,
    over,
    paired,
)
from solutions.claims.approximation import BETWEEN, PLACES, sine_error
from solutions.claims.experiments import COURSE, AnyOptimizer, Split, accuracy, network, optimizer_of, set_rate, split
from solutions.optimizer import Momentum, Optimizer
from solutions.training import batches

STARTS = ["He", "0.1"]
LATE = 5  # measurements in the last fifth of a run; one alone shakes by a point or two


def take_steps(
    model: nn.Module,
    data: Split,
    steps: int,
    seed: int,
    optimizer: AnyOptimizer,
    forget: bool = True,
    batch_size: int = 32,
    rate_at: Callable[[int], float] | None = None,
    after_step: Callable[[int], object] = lambda step: None,
) -> list[float]:
    """Train for a number of steps, counted from 0 for a rate and from 1 after a step; return the losses before them."""
    order = torch.Generator().manual_seed(seed)
    losses: list[float] = []
    while True:
        for rows, targets in batches(data.train_x, data.train_y, batch_size, shuffle=True, generator=order):
            if len(losses) == steps:
                return losses
            if rate_at:
                set_rate(optimizer, rate_at(len(losses)))
            if forget:
                optimizer.zero_grad()
            loss = F.cross_entropy(model(rows), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            after_step(len(losses))


def settled(
    data: Split,
    start: str,
    seed: int,
    optimizer: str,
    rate: float,
    steps: int,
    batch_size: int = 32,
    falling: bool = False,
) -> float:
    """Return the mean accuracy over the last fifth of a training; a falling rate follows half a cosine to 0."""
    model, accuracies = network(COURSE, start, seed), list[float]()
    measured = {round(steps * (1 - at / LATE / 5)) for at in range(LATE)}

    def measure(step: int) -> None:
        if step in measured:
            accuracies.append(accuracy(model, data.held_x, data.held_y))

    def rate_at(step: int) -> float:
        return rate * (1 + math.cos(math.pi * step / steps)) / 2

    take_steps(
        model,
        data,
        steps,
        seed,
        optimizer_of(optimizer, model, rate),
        batch_size=batch_size,
        rate_at=rate_at if falling else None,
        after_step=measure,
    )
    return fmean(accuracies)


NUDGES = (0.1, 0.01, 1e-3, 1e-5, 1e-6, 1e-10)


def nudging_errors(layer: int, start: str, batch: int, seed: int, dtype: torch.dtype) -> dict[float, float]:
    """Return the error of central differences by the nudge: the root of its mean square over five weights."""
    data, model = split(seed), network(COURSE, start, seed).double()
    x, y = data.train_x[:batch].double(), data.train_y[:batch]
    weight = list(model.parameters())[2 * layer - 2]
    (slopes,) = torch.autograd.grad(F.cross_entropy(model(x), y), weight)
    order = torch.randperm(slopes.numel(), generator=torch.Generator().manual_seed(seed))
    chosen = order[slopes.flatten()[order] != 0][:5].tolist()
    model, x = model.to(dtype), x.to(dtype)
    places, before = weight.detach().view(-1), weight.detach().flatten().clone()

    @torch.no_grad()
    def loss_at(place: int, nudge: float) -> float:
        places[place] = before[place] + nudge
        return float(F.cross_entropy(model(x), y))

    def error(place: int, eps: float) -> float:
        slope = (loss_at(place, eps) - loss_at(place, -eps)) / (2 * eps)
        places[place] = before[place]
        return slope - float(slopes.view(-1)[place])

    return {eps: math.sqrt(fmean(error(place, eps) ** 2 for place in chosen)) for eps in NUDGES}


@claim(
    "nudge-has-two-errors",
    says="For weights of the last layer, in float64, a nudge of 0.01 in place of 0.1 makes the error of central "
    "differences about a hundred times smaller, and one of 1e-10 in place of 1e-5 makes it larger again. The best "
    "nudge leaves at most a thousandth of the error that the best one leaves in float32.",
    opposite="The smaller the nudge, the smaller the error.",
    varied=grid(layer=[1, 2, 3], start=STARTS, batch=[16, 64], seed=SEEDS),
    bounds={"For weights of the last layer": lambda setting: setting["layer"] == 3},
    holds=between(
        "method",
        80,
        120,
        "error with 0.1 over error with 0.01",
        provided=lambda numbers: min(numbers["rounding"]) > 1 and min(numbers["powers lost"]) > 3,
    ),
    opposed=below("rounding", 1, "error with 1e-10 over error with 1e-5"),
)
def nudging(layer: int, start: str, batch: int, seed: int) -> dict[str, float]:
    fine, coarse = (nudging_errors(layer, start, batch, seed, dtype) for dtype in (torch.float64, torch.float32))
    return {
        "method": fine[0.1] / fine[0.01],
        "rounding": fine[1e-10] / fine[1e-5],
        "powers lost": math.log10(min(coarse.values()) / min(fine.values())),
    }


@claim(
    "a-right-gradient-is-within-a-millionth",
    says="By central differences with a nudge of 1e-6 in float64, the gradient of a layer's weight is found to within "
    "a millionth of its size, before training and after 300 steps; a single number may be off by more.",
    opposite="Each single number of a right gradient agrees to within a millionth of itself.",
    varied=grid(start=STARTS, steps=[0, 300], seed=SEEDS),
    holds=below("whole", 1e-6, "size of the difference over size of the gradient, largest of three layers"),
    opposed=below("single", 1e-6, "relative difference of a single number, largest of ninety"),
)
def near_enough(start: str, steps: int, seed: int) -> dict[str, float]:
    data, model = split(seed), network(COURSE, start, seed)
    take_steps(model, data, steps, seed, Optimizer(model.parameters(), 0.1))
    x, y, model = data.train_x[:32].double(), data.train_y[:32], model.double()
    whole, single = list[float](), list[float]()
    for weight in list(model.parameters())[::2]:
        (slopes,) = torch.autograd.grad(F.cross_entropy(model(x), y), weight)
        order = torch.randperm(slopes.numel(), generator=torch.Generator().manual_seed(seed))
        chosen = order[slopes.flatten()[order] != 0][:30]
        places, exact = weight.detach().view(-1), slopes.flatten()[chosen]

        @torch.no_grad()
        def nudged(place: int, places: Tensor = places) -> float:
            before, losses = places[place].item(), list[Tensor]()
            for nudge in (1e-6, -1e-6):
                places[place] = before + nudge
                losses.append(F.cross_entropy(model(x), y))
            places[place] = before
            return float(losses[0] - losses[1]) / 2e-6

        found = torch.tensor([nudged(place) for place in chosen.tolist()], dtype=torch.float64)
        whole.append(float((found - exact).norm() / exact.norm()))
        single.append(float(((found - exact) / exact).abs().max()))
    return {"whole": max(whole), "single": max(single)}


AHEAD_OF_THE_RATE = minus("momentum", "rate", "accuracy with momentum above that with ten times the rate, points")


def ten_times(rate: float, start: str, steps: int, seed: int) -> dict[str, float]:
    data = split(seed)
    return {
        "momentum": settled(data, start, seed, "momentum", rate, steps),
        "rate": settled(data, start, seed, "sgd", 10 * rate, steps),
    }


claim(
    "momentum-is-ten-times-the-rate",
    says="After 500 steps, momentum 0.9 at rates from 0.002 to 0.01 is within three points of plain gradient descent "
    "at ten times the rate.",
    opposite="Momentum 0.9 brings what no learning rate brings: three points more than plain descent at ten times the "
    "rate.",
    varied=grid(rate=[0.002, 0.005, 0.01], start=STARTS, steps=[250, 500], seed=SEEDS),
    bounds={"After 500 steps": lambda setting: setting["steps"] == 500},
    holds=between(AHEAD_OF_THE_RATE, -3, 3),
    opposed=above(AHEAD_OF_THE_RATE, 3),
)(ten_times)

claim(
    "momentum-survives-where-the-rate-does-not",
    says="At a rate of 0.05, after 500 steps or 1,000, momentum 0.9 passes 70 % and is ahead of plain gradient descent "
    "at ten times the rate in each pair of runs.",
    opposite="Momentum is nothing but a larger rate: the two are within three points of each other.",
    varied=grid(rate=[0.01, 0.05], start=STARTS, steps=[500, 1000], seed=SEEDS),
    bounds={"At a rate of 0.05": lambda setting: setting["rate"] == 0.05},
    holds=above(
        "momentum", 70, "accuracy with momentum, %", provided=lambda n: min(differences(n["momentum"], n["rate"])) > 0
    ),
    opposed=between(AHEAD_OF_THE_RATE, -3, 3),
)(ten_times)


CURVATURE_STEPS = (0, 10, 30, 100, 300)


def along_the_steepest(model: nn.Module, x: Tensor, y: Tensor, along: Tensor, turns: int = 10) -> Tensor:
    """Turn a direction (P,) to that in which the loss curves most, by power iteration; its length is the curvature."""
    parameters = list(model.parameters())
    slopes = torch.autograd.grad(F.cross_entropy(model(x), y), parameters, create_graph=True)
    flat = torch.cat([slope.flatten() for slope in slopes])
    for _ in range(turns):
        curved = torch.autograd.grad(flat @ (along / along.norm()), parameters, retain_graph=True)
        along = torch.cat([part.flatten() for part in curved])
    return along


@claim(
    "curvature-settles-near-two-over-the-rate",
    says="At rates from 0.05 to 0.3, in batches of 32 and of 128, without momentum, the largest curvature of the loss "
    "on 500 images is 0.5 to 1.6 times 2/rate after 300 steps, wherever it started.",
    opposite="The largest curvature belongs to the network and its data: whatever the rate, it stays within a factor "
    "of 1.5 of what it was at the start.",
    varied=grid(rate=[0.02, 0.05, 0.1, 0.2, 0.3], batch_size=[32, 128], momentum=[0.0, 0.9], seed=SEEDS),
    bounds={
        "At rates from 0.05 to 0.3": lambda setting: setting["rate"] >= 0.05,
        "without momentum": lambda setting: setting["momentum"] == 0,
    },
    holds=between("share of 2/rate", 0.5, 1.6, "largest curvature over 2/rate"),
    opposed=between(over("after 300", "after 0"), 0.67, 1.5, "largest curvature over that at the start"),
)
def curvature(rate: float, batch_size: int, momentum: float, seed: int) -> dict[str, float]:
    data, model, numbers = split(seed), network(COURSE, "0.1", seed), dict[str, float]()
    along = torch.randn(sum(p.numel() for p in model.parameters()), generator=torch.Generator().manual_seed(seed))

    def measure(step: int) -> None:
        if step in CURVATURE_STEPS:
            along.copy_(along_the_steepest(model, data.train_x[:500], data.train_y[:500], along))
            numbers[f"after {step}"] = float(along.norm())

    measure(0)
    optimizer = Momentum(model.parameters(), rate * (1 - momentum), momentum)
    take_steps(model, data, 300, seed, optimizer, batch_size=batch_size, after_step=measure)
    return numbers | {"share of 2/rate": numbers["after 300"] * rate / 2}


def step_lengths(
    rate: float, batch_size: int, seed: int, start: str = "0.1", memory: float = 0.999
) -> dict[str, float]:
    """Measure steps, in units of the rate, over the parameters that have a gradient; ``memory`` is Adam's β₂."""
    data, model, numbers = split(seed), network(COURSE, start, seed), dict[str, float]()
    before = nn.utils.parameters_to_vector(model.parameters()).detach()

    def measure(step: int) -> None:
        now = nn.utils.parameters_to_vector(model.parameters()).detach()
        if step in (1, 10, 50, 100, 300):
            gradients = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
            numbers[f"mean {step}"] = float(((now - before).abs() / rate)[gradients != 0].mean())
        before.copy_(now)

    optimizer = torch.optim.Adam(model.parameters(), rate, betas=(0.9, memory))
    take_steps(model, data, 300, seed, optimizer, batch_size=batch_size, after_step=measure)
    return numbers


claim(
    "adam-steps-are-a-fraction-of-its-rate",
    says="With Adam at 0.001 and 0.01, in batches of 32 and of 128, a parameter with a gradient moves in step 300 by "
    "0.05 to 0.2 of the rate on average.",
    opposite="Each of Adam's steps is about as long as its rate, whether gradients are large or small.",
    varied=grid(rate=[0.001, 0.01], batch_size=[32, 128], seed=SEEDS),
    holds=between("mean 300", 0.05, 0.2, "mean length of a step, rates"),
    opposed=above("mean 300", 0.5, "mean length of a step, rates"),
)(step_lengths)


@claim(
    "adams-root-remembers",
    says="With all 4,000 images in one batch, Adam's steps at 0.001 are shorter after 300 steps than in batches of 32, "
    "and at least 1.8 times as long where its root forgets, with β₂ = 0.9.",
    opposite="Adam's steps are short because gradients are noisy: without the noise they are longer.",
    varied=grid(rate=[0.0005, 0.001], start=STARTS, seed=SEEDS),
    holds=above(
        over("all images, forgetting", "all images", "length of a step with β₂ = 0.9 over that with 0.999"),
        1.8,
        provided=lambda numbers: paired(numbers["all images"], numbers["batches"]).high < 0,
    ),
    opposed=above(minus("all images", "batches", "length of a step without noise, above that with it, rates"), 0),
    because="The noise is taken away: if it were the cause, the steps would grow. Then the root's memory is taken "
    "away: the steps have to grow.",
)
def forgetting(rate: float, start: str, seed: int) -> dict[str, float]:
    ways = {"batches": (32, 0.999), "all images": (4000, 0.999), "all images, forgetting": (4000, 0.9)}
    return {
        name: step_lengths(rate, batch_size, seed, start, memory)["mean 300"]
        for name, (batch_size, memory) in ways.items()
    }


@claim(
    "forgotten-zero-grad-helps-then-ruins",
    says="At rates of 0.005 and 0.01, in batches of 32, a loop that never sets its gradients back is ahead of the "
    "right one after 50 steps, and after 1,000 its accuracy is below 30 %.",
    opposite="Without zero_grad the gradients are wrong, and the network learns nothing from the first steps on.",
    varied=grid(rate=[0.001, 0.005, 0.01], images=[1000, 4000], seed=SEEDS),
    bounds={"At rates of 0.005 and 0.01": lambda setting: setting["rate"] >= 0.005},
    holds=below(
        "never after 1000",
        30,
        "accuracy after 1,000 steps, %, ahead after 50",
        provided=lambda numbers: paired(numbers["never after 50"], numbers["right after 50"]).low > 0,
    ),
    opposed=below(minus("never after 50", "right after 50"), 0, "points ahead of the right loop after 50 steps"),
)
def never_forgotten(rate: float, images: int, seed: int) -> dict[str, float]:
    data, numbers = split(seed, images), dict[str, float]()
    for name, forget, steps in (("right", True, 50), ("never", False, 1000)):
        model = network(COURSE, "0.1", seed)

        def measure(step: int, model: nn.Module = model, name: str = name) -> None:
            if step in (50, 1000):
                numbers[f"{name} after {step}"] = accuracy(model, data.held_x, data.held_y)

        take_steps(model, data, steps, seed, Optimizer(model.parameters(), rate), forget, after_step=measure)
    return numbers


@claim(
    "a-rate-far-too-large-ends-in-guessing",
    says="At rates from 2 to 10 plain gradient descent ends in guessing: at 15 % or fewer after 200 steps.",
    opposite="Divergence shows as NaN.",
    varied=grid(rate=[1.0, 2.0, 5.0, 10.0], start=[*STARTS, "0.02"], seed=range(8)),
    bounds={"At rates from 2 to 10": lambda setting: setting["rate"] >= 2},
    holds=below("accuracy", 15, "accuracy, %"),
    opposed=below("finite", 0, "share of the runs whose last loss is finite"),
)
def too_large(rate: float, start: str, seed: int) -> dict[str, float]:
    data, model = split(seed), network(COURSE, start, seed)
    losses = take_steps(model, data, 200, seed, Optimizer(model.parameters(), rate))
    return {"accuracy": accuracy(model, data.held_x, data.held_y), "finite": float(math.isfinite(losses[-1]))}


LOWEST, HIGHEST, RANGE_STEPS = 1e-4, 10.0, 100
RATES = (0.02, 0.05, 0.1, 0.2, 0.4)


def rate_of_lowest_loss(data: Split, start: str, seed: int, batch_size: int) -> float:
    """Return the rate at which the smoothed loss of a range test is lowest; the rate grows at each of 100 steps."""
    model = network(COURSE, start, seed)
    rates = [LOWEST * (HIGHEST / LOWEST) ** (step / (RANGE_STEPS - 1)) for step in range(RANGE_STEPS)]
    optimizer = optimizer_of("sgd", model, LOWEST)
    losses = take_steps(model, data, RANGE_STEPS, seed, optimizer, batch_size=batch_size, rate_at=rates.__getitem__)
    smooth, running = list[float](), losses[0]
    for loss in losses:
        running = 0.8 * running + 0.2 * loss
        smooth.append(running if math.isfinite(running) else math.inf)
    return rates[smooth.index(min(smooth))]


@claim(
    "range-test-finds-a-rate",
    says="Half the rate at which the loss of a range test of 100 steps is lowest trains the network, in 400 steps, to "
    "within three points of the best of five rates from 0.02 to 0.4.",
    opposite="A tenth of that rate, the cautious choice, trains as well: to within a point of the best.",
    varied=grid(start=STARTS, batch_size=[32, 128], seed=SEEDS),
    holds=below(minus("best", "half"), 3, "points behind the best of five rates"),
    opposed=below(minus("best", "tenth"), 1, "points of a tenth of the rate behind the best of five"),
)
def range_test(start: str, batch_size: int, seed: int) -> dict[str, float]:
    data = split(seed)
    lowest = rate_of_lowest_loss(data, start, seed, batch_size)

    def at(rate: float) -> float:
        return settled(data, start, seed, "sgd", rate, 400, batch_size)

    return {"found": lowest, "best": max(map(at, RATES)), "half": at(lowest / 2), "tenth": at(lowest / 10)}


@claim(
    "adam-forgives-a-rate-ten-times-too-large",
    says="At ten times its usual rate of 0.001 Adam's accuracy is still above 65 %, while plain gradient descent "
    "at ten times 0.1 is left guessing.",
    opposite="A rate ten times too large ruins the training, whatever the optimizer.",
    varied=grid(start=STARTS, steps=[250, 500], seed=SEEDS),
    holds=above(
        "adam", 65, "accuracy with Adam at 0.01, %", provided=lambda numbers: interval(numbers["sgd"]).high < 20
    ),
    opposed=below("adam", 20, "accuracy with Adam at 0.01, %"),
)
def forgives(start: str, steps: int, seed: int) -> dict[str, float]:
    data = split(seed)
    return {
        "adam": settled(data, start, seed, "adam", 0.01, steps),
        "sgd": settled(data, start, seed, "sgd", 1.0, steps),
    }


@claim(
    "a-falling-rate-helps",
    says="At rates from 0.1 to 0.2, a rate that falls to 0 along half a cosine ends above the constant rate.",
    opposite="What falls to 0 learns less: the constant rate ends above the falling one.",
    varied=grid(rate=[0.01, 0.1, 0.2], start=STARTS, seed=range(8)),
    bounds={"At rates from 0.1 to 0.2": lambda setting: setting["rate"] >= 0.1},
    holds=above(minus("falling", "constant"), 0, "points that the falling rate adds"),
    opposed=below(minus("falling", "constant"), 0, "points that the falling rate adds"),
)
def falling_rate(rate: float, start: str, seed: int) -> dict[str, float]:
    data = split(seed)
    return {
        "constant": settled(data, start, seed, "sgd", rate, 500),
        "falling": settled(data, start, seed, "sgd", rate, 500, falling=True),
    }


@claim(
    "adam-and-descent-end-alike",
    says="With rates that fall to 0, Adam from 0.001 or 0.003 and plain gradient descent from 0.2 end within three "
    "points of each other after 500 steps.",
    opposite="Adam ends three points higher or more, also where both rates fall.",
    varied=grid(rate=[0.001, 0.003], start=STARTS, seed=SEEDS),
    holds=between(minus("adam", "sgd"), -3, 3, "accuracy with Adam above that with gradient descent, points"),
    opposed=above(minus("adam", "sgd"), 3, "accuracy with Adam above that with gradient descent, points"),
)
def alike(rate: float, start: str, seed: int) -> dict[str, float]:
    data = split(seed)
    return {
        "adam": settled(data, start, seed, "adam", rate, 500, falling=True),
        "sgd": settled(data, start, seed, "sgd", 0.2, 500, falling=True),
    }


def halvings(more: str, less: str, words: str = "") -> Quantity:
    """Return how often the larger error is halved on the way to the smaller, by seeds.

    Errors differ by factors from seed to seed: their logarithms have a mean and an interval.
    """
    return Quantity(lambda numbers: map(math.log2, over(more, less)(numbers)), words)


SINE_RATES = {"SGD": (0.02, 0.05, 0.1, 0.2), "Adam": (0.0003, 0.001, 0.003, 0.01, 0.03)}


def best_errors(name: str, units: int, steps: int, seed: int) -> list[float]:
    """Return the least error over the rates of an optimizer of PyTorch's: at a constant rate, and at a falling one.

    All networks train side by side: the optimizer takes a step of rate 1, and each network goes its own share of it.
    """
    torch.manual_seed(seed)
    many = 2 * len(SINE_RATES[name])
    starts = 0.1 * torch.randn(1, units), torch.zeros(1, units), 0.1 * torch.randn(units, 1), torch.zeros(1, 1)
    weights = [start.repeat(many, 1, 1).requires_grad_() for start in starts]
    rate = torch.tensor(SINE_RATES[name]).repeat(2).reshape(-1, 1, 1)
    falls = torch.tensor([0, 1]).repeat_interleave(len(SINE_RATES[name])).reshape(-1, 1, 1)
    chosen = getattr(torch.optim, name)(weights, lr=1.0)

    def predict(x: Tensor) -> Tensor:
        w1, b1, w2, b2 = weights
        return torch.relu(x @ w1 + b1) @ w2 + b2

    for step in range(steps):
        rows = torch.randint(len(PLACES), (32,))
        chosen.zero_grad()
        (predict(PLACES[rows]) - PLACES[rows].sin()).square().mean(dim=(1, 2)).sum().backward()
        before = [each.detach().clone() for each in weights]
        chosen.step()
        with torch.no_grad():
            for each, old in zip(weights, before, strict=True):
                each.copy_(old + rate * (1 - falls * step / steps) * (each - old))
    with torch.no_grad():
        errors = (predict(BETWEEN) - BETWEEN.sin()).square().mean(dim=(1, 2)).sqrt()
    return [float(part.nan_to_num(math.inf).min()) for part in errors.chunk(2)]


A_QUARTER = math.log2(4 / 3)  # off an error, in halvings
BESIDE_ADAM = halvings("Adam", "Adam falling", "halvings of Adam's error by a falling rate")
BESIDE_DESCENT = halvings("SGD", "Adam falling")
BY_FALLING = halvings("SGD", "SGD falling", "halvings of gradient descent's error by a falling rate")
BY_THE_FORMULA = halvings("Adam falling", "formula")


@claim(
    "only-both-changes-together",
    says="With 256 hinges, each at its best rate, after 1,500 or 4,500 steps, Adam with a falling rate has at least "
    "a quarter less error than Adam with a constant one and less than an eighth of that of gradient descent, whose "
    "error a falling rate alone changes by less than a factor of two; the formula has less than half of the least.",
    opposite="The constant rate is at fault: let it fall, and gradient descent has less than a quarter of its error.",
    varied=[
        {"units": units, "steps": steps, "seed": seed}
        for units, steps in ((16, 4500), (64, 4500), (256, 1500), (256, 4500), (256, 15_000))
        for seed in SEEDS
    ],
    bounds={
        "With 256 hinges": lambda setting: setting["units"] == 256,
        "after 1,500 or 4,500 steps": lambda setting: setting["steps"] < 15_000,
    },
    holds=above(
        BESIDE_ADAM,
        A_QUARTER,
        provided=lambda numbers: (
            above(BESIDE_DESCENT, 3)(numbers).holds
            and between(BY_FALLING, -1, 1)(numbers).holds
            and above(BY_THE_FORMULA, 1)(numbers).holds
        ),
    ),
    opposed=above(BY_FALLING, 2),
)
def both_changes(units: int, steps: int, seed: int) -> dict[str, float]:
    knots = torch.linspace(-math.pi, math.pi, units + 1, dtype=torch.float64)
    weight, bias, out_weight, out_bias = relu_interpolant(knots, knots.sin())
    numbers = {"formula": sine_error(lambda x: torch.relu(x.double() @ weight + bias) @ out_weight + out_bias)}
    for name in SINE_RATES:
        numbers[name], numbers[f"{name} falling"] = best_errors(name, units, steps, seed)
    return numbers
