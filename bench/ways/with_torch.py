"""Ways of PyTorch: the original notebook's, its own modules, the course's, and the matrix products alone.

The notebook unpacks an image, makes it a picture and then a tensor whenever it is needed.
"""

from collections.abc import Iterable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from bench.ways import SIZES, STD, Task, Train, Validate
from solutions.accelerate import FastLearner
from solutions.accelerate.recipes import Recipe
from solutions.dropout import Classifier
from solutions.optimizer import Optimizer
from solutions.runs.measurement import to_tensors
from solutions.training import Learner, LearnerConfig, Loader

VALIDATION_BATCH = 1000  # without gradients a larger batch than in training fits
Batches = Iterable[tuple[Tensor, Tensor]]


# --- the original notebook


def notebook(task: Task, workers: int = 1) -> tuple[Train, Validate]:
    """Train the course's modules on a DataLoader, whose batches one other process prepares, and read each loss."""
    from torchvision.datasets import FashionMNIST
    from torchvision.transforms import ToTensor

    train_set, valid_set = (FashionMNIST(task.root, train=train, transform=ToTensor()) for train in (True, False))
    train_loader = DataLoader(train_set, task.batch_size, shuffle=True, num_workers=workers)
    valid_loader = DataLoader(valid_set, task.batch_size, num_workers=workers)
    model = Classifier(task.dropout).to(task.device)
    optimizer = Optimizer(model.parameters(), task.lr)

    def train() -> float:
        return sum(loss.item() for loss in losses(task, model, optimizer, train_loader)) / len(train_loader)

    return train, lambda: accuracy(task, model, valid_loader)


notebook_without_worker = partial(notebook, workers=0)  # the process that trains prepares the batches


def losses(
    task: Task, model: nn.Module, optimizer: Optimizer | torch.optim.Optimizer, batches: Batches
) -> Iterable[Tensor]:
    """Train on batches, and yield the loss of each after its step."""
    model.train()
    for x, y in batches:
        optimizer.zero_grad()
        loss = cross_entropy(model(x.to(task.device, non_blocking=True)), y.to(task.device, non_blocking=True))
        loss.backward()
        optimizer.step()
        yield loss


def accuracy(task: Task, model: nn.Module, batches: Batches) -> float:
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x.to(task.device)).argmax(dim=1) == y.to(task.device)).sum()
            count += len(y)
    return int(right) / count


# --- PyTorch's own modules


def pairs(task: Task, device: str) -> list[tuple[Tensor, Tensor]]:
    """Return images, float32 from 0 to 1, and labels, int64: for training, and for validation."""
    data = task.data
    arrays = ((data.train_images, data.train_labels), (data.test_images, data.test_labels))
    return [to_tensors(images, labels, device) for images, labels in arrays]


def flat_pairs(task: Task, device: str) -> list[tuple[Tensor, Tensor]]:
    return [(images.flatten(1), labels) for images, labels in pairs(task, device)]


def network(task: Task) -> nn.Sequential:
    linear = [nn.Linear(inputs, outputs) for inputs, outputs in pairwise(SIZES)]
    for layer in linear:
        nn.init.normal_(layer.weight, std=STD)
        nn.init.zeros_(layer.bias)
    first = [linear[0], nn.ReLU(), nn.Dropout(task.dropout)]
    second = [linear[1], nn.ReLU(), nn.Dropout(task.dropout)]
    return nn.Sequential(*first, *second, linear[2]).to(task.device)


def dataloader(task: Task) -> tuple[Train, Validate]:
    """Draw batches of tensors with a DataLoader and its usual collation, without a worker."""
    train_set, valid_set = (TensorDataset(*pair) for pair in flat_pairs(task, "cpu"))
    on_card = task.device == "cuda"
    train_loader = DataLoader(train_set, task.batch_size, shuffle=True, pin_memory=on_card)
    valid_loader = DataLoader(valid_set, VALIDATION_BATCH, pin_memory=on_card)
    model = network(task)
    optimizer = torch.optim.SGD(model.parameters(), task.lr)

    def train() -> None:
        for _ in losses(task, model, optimizer, train_loader):
            pass

    return train, lambda: accuracy(task, model, valid_loader)


def resident(task: Task) -> tuple[Train, Validate]:
    """Keep the images on the device, and draw batches by their indices."""
    (images, labels), valid = flat_pairs(task, task.device)
    model = network(task)
    optimizer = torch.optim.SGD(model.parameters(), task.lr)

    def train() -> None:
        order = torch.randperm(len(labels), device=task.device).split(task.batch_size)
        for _ in losses(task, model, optimizer, ((images[chosen], labels[chosen]) for chosen in order)):
            pass

    return train, lambda: accuracy(task, model, resident_batches(valid))


def resident_batches(pair: tuple[Tensor, Tensor]) -> Batches:
    return zip(*(tensor.split(VALIDATION_BATCH) for tensor in pair), strict=True)


def compiled_step(task: Task) -> tuple[Train, Validate]:
    """Compile one function that draws the batch, finds the gradients and changes the weights.

    Written with `torch.func`: a `backward()` in the step would cut the compiled function in two, which is slower. A
    shorter last batch is compiled for itself, as dropout in `torch.func` knows no sizes that vary.
    """
    (images, labels), valid = flat_pairs(task, task.device)
    model = network(task)
    weights = {name: parameter.detach() for name, parameter in model.named_parameters()}

    def loss(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return cross_entropy(torch.func.functional_call(model, weights, (x,)), y)

    @torch.compile(dynamic=False)
    def step(images: Tensor, labels: Tensor, chosen: Tensor) -> None:
        gradients = torch.func.grad(loss)(weights, images[chosen], labels[chosen])
        for name, weight in weights.items():
            weight.sub_(gradients[name], alpha=task.lr)

    def train() -> None:
        model.train()
        for chosen in torch.randperm(len(labels), device=task.device).split(task.batch_size):
            step(images, labels, chosen)

    return train, lambda: accuracy(task, model, resident_batches(valid))


# --- the course's


def reference(task: Task) -> tuple[Train, Validate]:
    """Train with the taught Learner on tensors that stay on the device."""
    train, valid = pairs(task, task.device)
    loaders = {"train": Loader(*train, task.batch_size, shuffle=True), "valid": Loader(*valid, VALIDATION_BATCH)}
    config = LearnerConfig(Classifier(task.dropout), nn.CrossEntropyLoss(), lr=task.lr, device=task.device)
    learner = Learner(config, loaders)
    return learner.train_epoch, learner.valid_accuracy


def accelerated(task: Task, compiled: bool = False) -> tuple[Train, Validate]:
    """Train like `python -m solutions train`, on the same tensors."""
    train, valid = pairs(task, task.device)
    recipe = Recipe(batch_size=task.batch_size, lr=task.lr, dropout=task.dropout)
    learner = FastLearner(Classifier(task.dropout), recipe, train, valid, task.device, compiled=compiled)
    return learner.train_epoch, lambda: learner.validate()[1]


accelerated_and_compiled = partial(accelerated, compiled=True)  # as `--set way=compiled`; the steps are built first


# --- the limit of this library


def products(task: Task) -> tuple[Train, Validate]:
    """Take the eight products of a step as often as an epoch has steps, on matrices that stay where they are."""
    factors = []
    for number, (wide, narrow) in enumerate(pairwise(SIZES)):
        x = torch.randn(task.batch_size, wide, device=task.device)
        weight = torch.randn(wide, narrow, device=task.device)
        gradient = torch.randn(task.batch_size, narrow, device=task.device)
        factors += [(x, weight), (x.T, gradient)]
        if number > 0:
            factors.append((gradient, weight.T))
    outputs = [a @ b for a, b in factors]
    steps = len(task.data.train_labels) // task.batch_size

    def train() -> None:
        for _ in range(steps):
            for (a, b), out in zip(factors, outputs, strict=True):
                torch.mm(a, b, out=out)

    return train, lambda: None
