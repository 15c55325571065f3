"""PyTorch's own modules: with a DataLoader, on tensors that stay on the device, and compiled."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from bench.ways import SIZES, STD, VALIDATION_BATCH, Task, Train, Validate
from solutions.runs.measurement import to_tensors


def tensors(task: Task, device: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images as float32 from 0 to 1, shape (N, 784), and labels as int64: for training, then for validation."""
    data = task.data
    train_images, train_labels = to_tensors(data.train_images, data.train_labels, device)
    valid_images, valid_labels = to_tensors(data.test_images, data.test_labels, device)
    return train_images.flatten(1), train_labels, valid_images.flatten(1), valid_labels


def network(task: Task) -> nn.Sequential:
    linear = [nn.Linear(inputs, outputs) for inputs, outputs in pairwise(SIZES)]
    for layer in linear:
        nn.init.normal_(layer.weight, std=STD)
        nn.init.zeros_(layer.bias)
    first = [linear[0], nn.ReLU(), nn.Dropout(task.dropout)]
    second = [linear[1], nn.ReLU(), nn.Dropout(task.dropout)]
    return nn.Sequential(*first, *second, linear[2]).to(task.device)


def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    model.eval()
    with torch.no_grad():
        pairs = zip(images.split(VALIDATION_BATCH), labels.split(VALIDATION_BATCH), strict=True)
        right = sum((model(x).argmax(dim=1) == y).sum() for x, y in pairs)
    return int(right) / len(labels)


def dataloader(task: Task) -> tuple[Train, Validate]:
    """Draw batches of tensors with a DataLoader and its usual collation, without a worker."""
    train_images, train_labels, valid_images, valid_labels = tensors(task, "cpu")
    on_card = task.device == "cuda"
    train_set, valid_set = TensorDataset(train_images, train_labels), TensorDataset(valid_images, valid_labels)
    train_loader = DataLoader(train_set, task.batch_size, shuffle=True, pin_memory=on_card)
    valid_loader = DataLoader(valid_set, VALIDATION_BATCH, pin_memory=on_card)
    model = network(task)
    optimizer = torch.optim.SGD(model.parameters(), task.lr)

    def train() -> None:
        model.train()
        for x, y in train_loader:
            x, y = x.to(task.device, non_blocking=True), y.to(task.device, non_blocking=True)
            optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            optimizer.step()

    def validate() -> float:
        model.eval()
        with torch.no_grad():
            right = sum((model(x.to(task.device)).argmax(dim=1) == y.to(task.device)).sum() for x, y in valid_loader)
        return int(right) / len(valid_set)

    return train, validate


def resident(task: Task) -> tuple[Train, Validate]:
    """Keep the images on the device, and draw batches by their indices."""
    train_images, train_labels, valid_images, valid_labels = tensors(task, task.device)
    model = network(task)
    optimizer = torch.optim.SGD(model.parameters(), task.lr)

    def train() -> None:
        model.train()
        for chosen in torch.randperm(len(train_labels), device=task.device).split(task.batch_size):
            optimizer.zero_grad()
            cross_entropy(model(train_images[chosen]), train_labels[chosen]).backward()
            optimizer.step()

    return train, lambda: accuracy(model, valid_images, valid_labels)


def compiled(task: Task) -> tuple[Train, Validate]:
    """Compile one function that draws the batch, finds the gradients and changes the weights.

    Written with `torch.func`: a `backward()` in the step would cut the compiled function in two, which is slower. A
    shorter last batch is compiled for itself, as dropout in `torch.func` knows no sizes that vary.
    """
    train_images, train_labels, valid_images, valid_labels = tensors(task, task.device)
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
        for chosen in torch.randperm(len(train_labels), device=task.device).split(task.batch_size):
            step(train_images, train_labels, chosen)

    return train, lambda: accuracy(model, valid_images, valid_labels)
