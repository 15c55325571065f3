"""Claims of chapter 2: effects of the size of the initial weights on training."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, Quantity, above, below, between, claim, grid, minus, over
from solutions.claims.experiments import COURSE, accuracy, loss, network, rms, split, std_of, train
from solutions.layers import Linear, Sequential, rms_through
from solutions.training import batches

LN_TEN = math.log(10)


def deep(depth: int, width: int = 256) -> tuple[int, ...]:
    """Return the sizes of a network with so many hidden layers of one width."""
    return (784, *[width] * depth, 10)


def sizes_through(model: Sequential, x: Tensor) -> list[float]:
    """Return the RMS after each ReLU."""
    sizes = zip(model, rms_through(model, x), strict=True)
    return [size for layer, size in sizes if not isinstance(layer, Linear)]


def gradients_through(model: Sequential, x: Tensor, y: Tensor) -> list[float]:
    """Return the RMS of the loss's gradient with respect to what each ReLU returns."""
    outputs = []
    for layer in model:
        x = layer(x)
        if not isinstance(layer, Linear):
            outputs.append(x)
    return [rms(gradient) for gradient in torch.autograd.grad(nn.functional.cross_entropy(x, y), outputs)]


def affine(model: Sequential) -> list[Linear]:
    """Return the affine layers of a network."""
    return [layer for layer in model if isinstance(layer, Linear)]


@claim(
    "one-layer-is-a-factor",
    says="At the start, in networks of 128 units a layer and more, a layer with its ReLU multiplies the RMS by "
    "std · √(fan-in / 2) on average over the layers, to within a tenth.",
    opposite="A layer with its ReLU keeps the RMS as it is, to within a tenth, whatever the standard deviation.",
    varied=grid(start=["1.0", "0.1", "0.01", "He", "Glorot"], width=[16, 128, 512], depth=[5, 10], seed=SEEDS),
    bounds={"128 units a layer and more": lambda setting: setting["width"] >= 128},
    holds=between(over("factor", "predicted"), 0.9, 1.1, "measured factor over predicted factor"),
    opposed=between("factor", 0.9, 1.1, "factor of a layer"),
)
def one_layer(start: str, width: int, depth: int, seed: int) -> dict[str, float]:
    through = sizes_through(network(deep(depth, width), start, seed), split(seed).held_x)
    factor = (through[-1] / through[0]) ** (1 / (depth - 1))
    return {"factor": factor, "predicted": std_of(start, width, width) * math.sqrt(width / 2)}


@claim(
    "the-factor-spreads",
    says="With He's rule the factor of a layer differs from draw to draw by 0.8 to 1.3 over the root of its width, "
    "relative to its mean, for one image as for a hundred.",
    opposite="A layer's factor differs from draw to draw by a tenth, whatever its width.",
    varied=grid(width=[16, 64, 256], images=[1, 100], seed=SEEDS),
    holds=between("spread · √width", 0.8, 1.3, "relative spread of the factor, times the root of the width"),
    opposed=between("spread", 0.05, 0.15, "relative spread of the factor"),
)
def factor_spreads(width: int, images: int, seed: int) -> dict[str, float]:
    x = split(seed).held_x[:images]
    through = [sizes_through(network(deep(10, width), "He", 100 * seed + draw), x) for draw in range(20)]
    factors = torch.tensor([b / a for sizes in through for a, b in pairwise(sizes)])
    spread = float(factors.std() / factors.mean())
    return {"spread": spread, "spread · √width": spread * math.sqrt(width)}


@claim(
    "he-keeps-the-size",
    says="With He's rule and 256 units a layer or more, the RMS after the last of five or ten hidden layers is within "
    "a factor of two of that after the first, in 95 of 100 draws and more.",
    opposite="Glorot's rule keeps the size through ReLUs as well.",
    varied=grid(depth=[5, 10], width=[16, 64, 256, 512], seed=SEEDS),
    bounds={"256 units a layer or more": lambda setting: setting["width"] >= 256},
    holds=above("He", 95, "draws within a factor of two, %, He"),
    opposed=above("Glorot", 95, "draws within a factor of two, %, Glorot"),
)
def he_keeps(depth: int, width: int, seed: int) -> dict[str, float]:
    x, numbers = split(seed).held_x[:100], {}
    for start in ("He", "Glorot"):
        through = [sizes_through(network(deep(depth, width), start, 100 * seed + draw), x) for draw in range(10)]
        numbers[start] = 100 * sum(0.5 <= sizes[-1] / sizes[0] <= 2 for sizes in through) / len(through)
    return numbers


NARROWING = (784, 1024, 512, 256, 128, 10)
SHAPES = {
    "256, five": deep(5),
    "128, ten": deep(10, 128),
    "512, ten": deep(10, 512),
    "narrowing": NARROWING,
    "widening": (784, *NARROWING[-2:0:-1], 10),
}


@claim(
    "gradient-shrinks-like-the-numbers",
    says="With 128 units a layer and more, the gradient of the loss shrinks or grows from layer to layer on its way "
    "back by std · √(width of the next layer / 2), to within a fifth.",
    opposite="The gradient shrinks or grows by the factor by which the numbers did on their way forward.",
    varied=grid(start=["0.1", "0.01", "He", "Glorot"], hidden=list(SHAPES), seed=SEEDS),
    holds=between(over("factor", "predicted"), 0.8, 1.2, "measured factor over predicted factor"),
    opposed=between(over("factor", "forwards"), 0.8, 1.2, "factor backwards over factor forwards"),
    because="The layers become narrower or wider: the factor has to follow the width of the next layer.",
)
def gradient_through(start: str, hidden: str, seed: int) -> dict[str, float]:
    data, widths = split(seed), SHAPES[hidden][1:-1]
    model = network(SHAPES[hidden], start, seed)
    back, forth = gradients_through(model, data.held_x, data.held_y), sizes_through(model, data.held_x)
    root = 1 / (len(widths) - 1)
    predicted = math.prod(std_of(start, n, after) * math.sqrt(after / 2) for n, after in pairwise(widths))
    numbers = {"factor": back[0] / back[-1], "forwards": forth[-1] / forth[0], "predicted": predicted}
    return {name: product**root for name, product in numbers.items()}


SMALL = grid(optimizer=["sgd"], rate=[0.01, 0.1, 1.0]) + grid(optimizer=["adam"], rate=[0.0001, 0.001, 0.01])


@claim(
    "small-start-is-dead",
    says="Started with std 0.01, the network of ten hidden layers is still guessing after two epochs of plain gradient "
    "descent at rates from 0.01 to 1.",
    opposite="Training corrects a bad start: another optimizer or another rate brings the network beyond 50 %.",
    varied=[setting | {"seed": seed} for setting in SMALL for seed in SEEDS],
    bounds={"plain gradient descent at rates from 0.01 to 1": lambda setting: setting["optimizer"] == "sgd"},
    holds=below("accuracy", 20, "accuracy, %"),
    opposed=above("accuracy", 50, "accuracy, %"),
)
def small_start(optimizer: str, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(deep(10), "0.01", seed)
    train(model, data.train_x, data.train_y, epochs=2, rate=rate, seed=seed, optimizer=optimizer)
    return {"accuracy": accuracy(model, data.held_x, data.held_y)}


@claim(
    "no-one-rate-mends-a-small-start",
    says="Started with std 0.01, the network of ten hidden layers is guessing after 500 steps of plain gradient "
    "descent with rates for the weights of 3e5 and 1e6, whether the biases have a rate of 0.1 or none: within 200 "
    "steps its loss leaps beyond 1,000.",
    opposite="Only the rate was too small: with a rate large enough for its weights, the network learns.",
    varied=grid(rate=[1e5, 3e5, 1e6], rate_of_biases=[0.0, 0.1], seed=SEEDS),
    bounds={"rates for the weights of 3e5 and 1e6": lambda setting: setting["rate"] >= 3e5},
    holds=below("leap", 200, "step of the leap", provided=lambda numbers: max(numbers["accuracy"]) < 20),
    opposed=above("accuracy", 50, "accuracy, %"),
    because="The weights get a rate with which their first steps are large enough, and the biases a rate of their own: "
    "if the small step were all, the network would learn.",
)
def own_rates(rate: float, rate_of_biases: float, seed: int) -> dict[str, float]:
    data, model = split(seed), network(deep(10), "0.01", seed)
    torch.manual_seed(seed)
    layers = affine(model)
    weights, biases = [layer.weight for layer in layers], [layer.bias for layer in layers]
    steps = torch.optim.SGD([{"params": weights, "lr": rate}, {"params": biases, "lr": rate_of_biases}])
    taken, leap = 0, 1000
    for _ in range(4):
        for rows, targets in batches(data.train_x, data.train_y, 32, shuffle=True):
            steps.zero_grad()
            loss_now = F.cross_entropy(model(rows), targets)
            taken += 1
            if leap == 1000 and not loss_now.item() < 1000:
                leap = taken
            loss_now.backward()
            steps.step()
    return {"leap": leap, "accuracy": accuracy(model, data.held_x, data.held_y)}


@claim(
    "epsilon-holds-adam-back",
    says="Started with std 0.01, the network of ten hidden layers ends five points higher or more after two epochs of "
    "Adam on 1,500 images if 1e-20 takes the place of Adam's 1e-8.",
    opposite="Adam's steps do not depend on the size of the gradients, so its 1e-8 makes no difference.",
    varied=grid(images=[1500, 4000], rate=[0.0003, 0.001], seed=SEEDS),
    bounds={"on 1,500 images": lambda setting: setting["images"] == 1500},
    holds=above(minus("1e-20", "1e-08"), 5, "accuracy with 1e-20 above that with 1e-8, points"),
    opposed=between(minus("1e-20", "1e-08"), -2, 2, "accuracy with 1e-20 above that with 1e-8, points"),
    because="1e-20 takes the place of the 1e-8 that Adam adds to the size of the gradient: the network has to begin to "
    "learn.",
)
def epsilon(images: int, rate: float, seed: int) -> dict[str, float]:
    data, numbers = split(seed, images), {}
    for eps in (1e-8, 1e-20):
        model = network(deep(10), "0.01", seed)
        torch.manual_seed(seed)
        steps = torch.optim.Adam(model.parameters(), lr=rate, eps=eps)
        for _ in range(2):
            for rows, targets in batches(data.train_x, data.train_y, 32, shuffle=True):
                steps.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                steps.step()
        numbers[f"{eps}"] = accuracy(model, data.held_x, data.held_y)
    return numbers


STARTS = ("1.0", "0.1", "He", "Glorot")
ON_RELATIVE_STEPS = [
    *grid(depth=[10], width=[128, 256], images=[4000], seed=SEEDS),
    *grid(depth=[10], width=[128], images=[2000], seed=SEEDS),
    *grid(depth=[20, 30], width=[128], images=[4000], seed=SEEDS),
]
WORST = Quantity(lambda numbers: map(min, zip(*(numbers[start] for start in STARTS), strict=True)))


def relative_step(depth: int, width: int, images: int, seed: int) -> dict[str, float]:
    data, numbers = split(seed, images), {}
    for start, relative in [*((start, 1 / 3000) for start in STARTS), ("1.0", 1e-6), ("He", 0.1)]:
        model = network(deep(depth, width), start, seed)
        weights: list[Tensor] = [layer.weight for layer in affine(model)[1:-1]]
        gradients = torch.autograd.grad(F.cross_entropy(model(data.train_x[:32]), data.train_y[:32]), weights)
        # In double precision, as the squares of thirty layers' gradients are more than a float32 can hold.
        rate = relative * rms(torch.stack(weights)) / rms(torch.stack(gradients).double())
        train(model, data.train_x, data.train_y, epochs=2, rate=rate, seed=seed)
        reached = accuracy(model, data.held_x, data.held_y)
        numbers[start if relative == 1 / 3000 else f"{start} by {relative}"] = reached
    return numbers


claim(
    "the-relative-step-decides",
    says="Where the rate is such that the first step of plain gradient descent changes the hidden weights by a 3,000th "
    "of their size, networks of ten hidden layers pass 30 % in two epochs on 4,000 images from std 1, from 0.1, by "
    "He's rule and by Glorot's. Steps of a millionth leave std 1 below 20 %, and steps of a tenth He's network.",
    opposite="With std 1 the network is lost before it has seen an image.",
    varied=ON_RELATIVE_STEPS,
    bounds={
        "ten hidden layers": lambda setting: setting["depth"] == 10,
        "on 4,000 images": lambda setting: setting["images"] == 4000,
    },
    holds=above(
        WORST,
        30,
        "lowest accuracy of the four, %",
        provided=lambda n: max(max(n[key]) for key in n if "by" in key) <= 20,
    ),
    opposed=below("1.0", 20, "accuracy from std 1, %"),
    because="Each start gets the rate of this one relative step: all four have to learn. Then two of them get a "
    "smaller and a larger one: neither may learn.",
)(relative_step)

claim(
    "deeper-down-the-relative-step-is-not-enough",
    says="In networks of twenty and thirty hidden layers, the same relative step of a 3,000th takes He's start beyond "
    "40 % in two epochs on 4,000 images, and leaves Glorot's at chance.",
    opposite="Whatever the depth, with this relative step each of the four starts passes 30 %.",
    varied=ON_RELATIVE_STEPS,
    bounds={"twenty and thirty hidden layers": lambda setting: setting["depth"] >= 20},
    holds=below("Glorot", 15, "accuracy from Glorot's start, %", provided=lambda numbers: min(numbers["He"]) > 40),
    opposed=above(WORST, 30, "lowest accuracy of the four, %"),
)(relative_step)


@claim(
    "normalisation-forgives",
    says="With a batch normalisation after each affine layer but the last, networks of ten hidden layers that start "
    "with std 1 and with 0.01 pass 30 % in two epochs of plain gradient descent at rates of 0.01 and 0.1.",
    opposite="Started with std 1 or 0.01, ten layers guess at these rates, normalised or not.",
    varied=grid(start=["1.0", "0.01"], rate=[0.01, 0.1], seed=SEEDS),
    holds=above("accuracy", 30, "accuracy after two epochs, %"),
    opposed=below("accuracy", 20, "accuracy after two epochs, %"),
)
def normalisation(start: str, rate: float, seed: int) -> dict[str, float]:
    data, modules = split(seed), list(network(deep(10), start, seed))
    norms = [nn.BatchNorm1d(256) for _ in range(10)]
    pairs = zip(modules[:-1:2], norms, modules[1::2], strict=True)
    model = Sequential(*(module for triple in pairs for module in triple), modules[-1])
    train(model, data.train_x, data.train_y, epochs=2, rate=rate, seed=seed)
    return {"accuracy": accuracy(model, data.held_x, data.held_y)}


def from_equal(
    value: float, layers: int, optimizer: str, rate: float, epochs: int, seed: int, dropout: float = 0.0
) -> dict[str, float]:
    """Train the course's network from one value in all weights of the first so many layers.

    Returns:
        The columns of layer 1 that differ from all before them by more than rounding, and the accuracy in per cent.
    """
    data, model = split(seed), network(COURSE, "0.1", seed, dropout=dropout)
    for layer in affine(model)[:layers]:
        nn.init.constant_(layer.weight, value)
    train(model, data.train_x, data.train_y, epochs=epochs, rate=rate, seed=seed, optimizer=optimizer)
    units = affine(model)[0].weight.detach().T
    different = sum(bool(((units[:k] - units[k]).abs().amax(dim=1) > 1e-4).all()) for k in range(len(units)))
    return {"units": different, "accuracy": accuracy(model, data.held_x, data.held_y)}


@claim(
    "random-outgoing-weights-break-symmetry",
    says="Units that start with one positive value in all incoming weights become different, all 256 of them, where "
    "their outgoing weights are random, and stay copies of one where these start with one value as well.",
    opposite="Units that start with equal weights get equal gradients and stay equal.",
    varied=grid(value=[-0.01, 0.0, 0.005, 0.05], rate=[0.02, 0.1], seed=SEEDS),
    bounds={"one positive value": lambda setting: setting["value"] > 0},
    holds=above("units", 255, "different units of 256", provided=lambda numbers: max(numbers["copies"]) == 1),
    opposed=below("units", 1, "different units of 256"),
    because="The outgoing weights start with one value as well: the units have to stay copies of one.",
)
def symmetry(value: float, rate: float, seed: int) -> dict[str, float]:
    random, equal = (from_equal(value, layers, "sgd", rate, 1, seed) for layers in (1, 3))
    return {"units": random["units"], "copies": equal["units"]}


@claim(
    "noise-breaks-symmetry",
    says="Where all weights start at 0.01, dropout makes the units of layer 1 different. After eight epochs with a "
    "fifth dropped, or six with half, Adam at 0.001 is above 70 % and gradient descent at 0.02 below 50 %.",
    opposite="Noise does not repair an equal start: below 50 %, whatever the optimizer.",
    varied=grid(dropout=[0.2], epochs=[8], seed=SEEDS) + grid(dropout=[0.5], epochs=[6], seed=SEEDS),
    holds=above("adam", 70, "accuracy with Adam, %", provided=lambda n: max(n["sgd"]) < 50 and min(n["units"]) > 250),
    opposed=below("adam", 50, "accuracy with Adam, %"),
)
def noise(dropout: float, epochs: int, seed: int) -> dict[str, float]:
    adam = from_equal(0.01, 3, "adam", 0.001, epochs, seed, dropout)
    sgd = from_equal(0.01, 3, "sgd", 0.02, epochs, seed, dropout)
    return {"units": adam["units"], "adam": adam["accuracy"], "sgd": sgd["accuracy"]}


@claim(
    "three-layers-forgive",
    says="In the course's network of three layers, trained on 4,000 images for eight epochs at rates of 0.05 and 0.1, "
    "std 0.1 and He's rule end within two points of each other.",
    opposite="He's rule makes the network of three layers two points better or more.",
    varied=grid(rate=[0.02, 0.05, 0.1], images=[1000, 4000], seed=SEEDS),
    bounds={
        "on 4,000 images": lambda setting: setting["images"] == 4000,
        "at rates of 0.05 and 0.1": lambda setting: setting["rate"] >= 0.05,
    },
    holds=between(minus("He", "0.1"), -2, 2, "accuracy with He above that with 0.1, points"),
    opposed=above(minus("He", "0.1"), 2, "accuracy with He above that with 0.1, points"),
)
def forgive(rate: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers = {}
    for start in ("He", "0.1"):
        model = network(COURSE, start, seed)
        train(model, data.train_x, data.train_y, epochs=8, rate=rate, seed=seed)
        numbers[start] = accuracy(model, data.held_x, data.held_y)
    return numbers


@claim(
    "small-last-layer-starts-at-ln-ten",
    says="With He's rule the initial loss is above ln 10, and a tenth of the weights in the last layer brings it "
    "within 0.05 of it, in three layers as in ten.",
    opposite="He's rule starts at ln 10 by itself, to within 0.05.",
    varied=grid(depth=[2, 5, 10], width=[64, 256], seed=SEEDS),
    holds=between("after", -0.05, 0.05, "initial loss above ln 10, last layer made small"),
    opposed=between("before", -0.05, 0.05, "initial loss above ln 10, He"),
)
def small_last(depth: int, width: int, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(deep(depth, width), "He", seed)
    before = loss(model, data.held_x, data.held_y)
    with torch.no_grad():
        model[len(model) - 1].weight.mul_(0.1)  # type: ignore[operator]
    return {"before": before - LN_TEN, "after": loss(model, data.held_x, data.held_y) - LN_TEN}


GAIN_BY_SMALL_LAST = minus("small", "He", "accuracy with a small last layer above that without, points")


@claim(
    "a-small-last-layer-buys-no-speed",
    says="Each at the best of five learning rates, a network whose last layer starts at a tenth of He's weights is no "
    "more than three points ahead of one by He's rule after 100 steps, or after 400.",
    opposite="A network that starts without preferences is ahead, because it has none to undo.",
    varied=grid(depth=[2, 10], steps=[100, 400], seed=SEEDS),
    holds=below(GAIN_BY_SMALL_LAST, 3),
    opposed=above(GAIN_BY_SMALL_LAST, 0),
    because="The preferences are taken away: the network would have to be ahead, and is not.",
)
def small_last_speed(depth: int, steps: int, seed: int) -> dict[str, float]:
    data, numbers = split(seed), {}
    for name, share in (("He", 1.0), ("small", 0.1)):
        reached = []
        for rate in (0.003, 0.01, 0.03, 0.1, 0.3):
            model = network(deep(depth), "He", seed)
            affine(model)[-1].weight.data *= share
            for epoch in range(math.ceil(steps / 100)):
                rows = data.train_x[:3200], data.train_y[:3200]  # 100 batches of 32
                train(model, *rows, epochs=1, rate=rate, seed=seed + epoch)
            reached.append(accuracy(model, data.held_x, data.held_y))
        numbers[name] = max(reached)
    return numbers


@claim(
    "plain-layers-forget-the-image",
    says="In deep networks of PyTorch's Linear and ReLUs, the differences between images shrink by a factor of 0.41 a "
    "layer, to within a tenth, while the RMS stays above 0.01; without the biases the RMS shrinks by it, too.",
    opposite="The numbers themselves shrink by this factor, layer after layer.",
    varied=grid(depth=[10, 20], width=[128, 256, 512], seed=SEEDS),
    holds=between(
        "factor",
        0.9 / 6**0.5,
        1.1 / 6**0.5,
        "factor of the differences",
        provided=lambda n: (
            min(n["RMS"]) > 0.01 and all(0.9 <= factor * 6**0.5 <= 1.1 for factor in n["factor without biases"])
        ),
    ),
    opposed=between("factor of the numbers", 0.9 / 6**0.5, 1.1 / 6**0.5, "factor of the numbers"),
    because="The biases are set to 0: the numbers themselves have to shrink by the factor.",
)
def plain_layers(depth: int, width: int, seed: int) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for biases, words in ((1, "of the numbers"), (0, "without biases")):
        torch.manual_seed(seed)
        x, sizes, differences = split(seed).held_x[:200].double(), [], []
        with torch.no_grad():
            for fan_in in [784] + [width] * (depth - 1):
                layer = nn.Linear(fan_in, width).double()
                x = F.linear(x, layer.weight, biases * layer.bias).relu()
                sizes.append(rms(x))
                differences.append(rms(x - x.mean(dim=0)))
        factor, of_numbers = ((through[-1] / through[0]) ** (1 / (depth - 1)) for through in (differences, sizes))
        numbers = {"factor": factor, "RMS": sizes[-1]} | numbers | {f"factor {words}": of_numbers}
    return numbers
