"""Claims of the page on serving: fewer bits for a weight, and what a log shows when pictures change."""

from statistics import mean

import torch
from torch import Tensor, nn

from solutions.claims import Numbers, above, below, claim, differences, minus
from solutions.claims.deployment import TRAINED, mirror, sureness, trained
from solutions.claims.experiments import COURSE, accuracy, logits_of, network, split
from solutions.deployment import affine_layers


def rounded(model: nn.Module, values: int) -> nn.Module:
    """Return the network with each unit's weights rounded to so many values, evenly spaced up to the largest."""
    small = network(COURSE, "He", seed=0)
    for (new, new_bias), (weight, bias) in zip(affine_layers(small), affine_layers(model), strict=True):
        step = weight.detach().abs().amax(dim=0) / (values // 2)
        new.data.copy_((weight.detach() / step).round() * step)
        new_bias.data.copy_(bias.detach())
    return small


def histogram(model: nn.Module, x: Tensor) -> Tensor:
    """Return the share of each class in the first answers, shape (10,)."""
    return logits_of(model, x).argmax(dim=1).bincount(minlength=10) / len(x)


def served(start: str, rate: float, epochs: int, dropout: float, seed: int) -> dict[str, float]:
    """Round a network, and compare its answers to 500 images with those to 500 others, as they are and changed."""
    data = split(seed)
    model, rng = trained(data, rate, epochs, dropout, seed, start=start), torch.Generator().manual_seed(seed)
    numbers = {"all": accuracy(model, data.held_x, data.held_y)}
    numbers |= {f"{values}": accuracy(rounded(model, values), data.held_x, data.held_y) for values in (15, 7, 3)}
    before, x, y = histogram(model, data.held_x[:500]), data.held_x[500:], data.held_y[500:]
    changed = {"fresh": x, "0.8": 0.8 * x, "0.4": 0.4 * x, "0.2": 0.2 * x, "mirrored": mirror(x), "inverted": 1 - x}
    changed["noisy"] = (x + 0.3 * torch.randn(x.shape, generator=rng)).clamp(0, 1)
    for name, z in changed.items():
        numbers |= {f"right {name}": accuracy(model, z, y), f"claim {name}": sureness(model, z)}
        numbers[f"far {name}"] = 50 * float((histogram(model, z) - before).abs().sum())
    nearest = min(numbers[f"far {name}"] for name in ("0.2", "mirrored", "inverted"))
    alarm = numbers["claim fresh"] - numbers["claim 0.8"] - (numbers["right fresh"] - numbers["right 0.8"])
    return numbers | {"times": nearest / numbers["far fresh"], "false alarm": alarm}


claim(
    "seven-values-cost-little",
    says="At a rate of 0.1, weights rounded to seven values cost the network less than five points of accuracy.",
    opposite="Three values, −1, 0 and 1 times a number, would do as well.",
    varied=TRAINED,
    bounds={"At a rate of 0.1": lambda setting: setting["rate"] == 0.1},
    holds=below(minus("all", "7"), 5, "points lost with seven values"),
    opposed=below(minus("all", "3"), 5, "points lost with three values"),
)(served)


def noise_hides(numbers: Numbers) -> bool:
    """Return whether noise moves the histogram less than each other fault, although it costs four points or more."""
    least = map(min, *(numbers[f"far {fault}"] for fault in ("0.2", "mirrored", "inverted")))
    cost = mean(differences(numbers["right fresh"], numbers["right noisy"]))
    return cost > 4 and all(noisy < far for noisy, far in zip(numbers["far noisy"], least, strict=True))


claim(
    "the-histogram-of-answers-shows-drift",
    says="Images at a fifth of their brightness, mirrored or inverted move the histogram of answers at least half as "
    "far again as fresh images do. Noise of 0.3 costs four points of accuracy or more on average, and moves it less "
    "than each of the three.",
    opposite="The mean claim falls by ten points where most answers are wrong.",
    varied=TRAINED,
    holds=above("times", 1.5, "distance of the nearest of the three over that of fresh images", provided=noise_hides),
    opposed=above(minus("claim fresh", "claim inverted"), 10, "points that the mean claim falls, inverted"),
)(served)

claim(
    "the-mean-claim-gives-false-alarms",
    says="At four fifths of the brightness the mean claim falls further than the accuracy.",
    opposite="At four fifths of the brightness the network claims what it claimed before, to within a point.",
    varied=TRAINED,
    holds=above("false alarm", 0, "points that the claim falls further than the accuracy"),
    opposed=below(minus("claim fresh", "claim 0.8"), 1, "points that the claim falls"),
)(served)
