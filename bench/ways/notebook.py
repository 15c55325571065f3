"""The original notebook's way: an image is unpacked, made a picture and made a tensor whenever it is needed."""

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import FashionMNIST
from torchvision.transforms import ToTensor

from bench.ways import Task, Train, Validate
from solutions.dropout import Classifier
from solutions.optimizer import Optimizer


def one_worker(task: Task) -> tuple[Train, Validate]:
    """Let one other process prepare the batches, as the notebook does."""
    return with_workers(task, 1)


def no_worker(task: Task) -> tuple[Train, Validate]:
    """Prepare the batches in the process that trains."""
    return with_workers(task, 0)


def with_workers(task: Task, workers: int) -> tuple[Train, Validate]:
    """Train the course's modules on a DataLoader, and read each loss; validation in batches of the same size."""
    train_set = FashionMNIST(task.root, train=True, transform=ToTensor())
    valid_set = FashionMNIST(task.root, train=False, transform=ToTensor())
    train_loader = DataLoader(train_set, task.batch_size, shuffle=True, num_workers=workers)
    valid_loader = DataLoader(valid_set, task.batch_size, num_workers=workers)
    model = Classifier(task.dropout).to(task.device)
    criterion = nn.CrossEntropyLoss()
    optimizer = Optimizer(model.parameters(), task.lr)

    def train() -> float:
        model.train()
        total = 0.0
        for x, y in train_loader:
            x, y = x.to(task.device), y.to(task.device)
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / len(train_loader)

    def validate() -> float:
        model.eval()
        right = 0
        with torch.no_grad():
            for x, y in valid_loader:
                x, y = x.to(task.device), y.to(task.device)
                right += (model(x).argmax(dim=1) == y).sum().item()
        return right / len(valid_set)

    return train, validate
