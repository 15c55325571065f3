"""Knowledge distillation: a convolutional network whose answers take the place of the labels.

A probability of one third for "coat" tells more of a shirt than the label "shirt" (Hinton et al., arXiv:1503.02531).
The classifier that learns from it keeps its form.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

BATCH = 256
HIGHEST_RATE = 0.006  # of one cycle: it rises from a small one, and falls to nearly 0 (Smith, arXiv:1708.07120)
SMOOTHING = 0.05


def new_teacher(classes: int) -> nn.Sequential:
    """Return a network of three convolutions and two layers; it takes float32 of shape (B, 1, 28, 28)."""

    def convolution(inputs: int, outputs: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    return nn.Sequential(
        *(*convolution(1, 24), nn.MaxPool2d(2), *convolution(24, 48), nn.MaxPool2d(2), *convolution(48, 64)),
        *(nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.3)),
        nn.Linear(128, classes),
    )


def taught(
    images: Tensor,
    labels: Tensor,
    classes: int,
    epochs: int,
    seed: int,
    shift: int = 0,
    after_epoch: Callable[[int], None] = lambda epoch: None,
) -> Tensor:
    """Train a teacher on images, float32 (N, 28, 28) from 0 to 1, and labels, int64 (N,); return its answers to them.

    Each image is moved by at most ``shift`` pixels each way and mirrored by chance, anew in each epoch.
    ``after_epoch`` is called with the number of epochs so far.

    Returns:
        Probabilities for each image moved by -shift to shift pixels down and across: float32, shape
        (N, 2 * shift + 1, 2 * shift + 1, C).
    """
    device, places = images.device, 2 * shift + 1
    with torch.random.fork_rng(devices=[device] if images.is_cuda else []):
        torch.manual_seed(seed)
        network = new_teacher(classes).to(device)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch's stub lacks it
        images = (images - images.mean()) / images.std()
        moved = functional.pad(images, [shift] * 4, value=images.min().item()).unfold(1, 28, 1).unfold(2, 28, 1)
        steps = epochs * -(-len(images) // BATCH)
        optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, HIGHEST_RATE, total_steps=steps, pct_start=0.15)
        for epoch in range(epochs):
            for rows in torch.randperm(len(images)).to(device).split(BATCH):
                down, across = torch.randint(0, places, (2, len(rows)), device=device)
                batch = moved[rows, down, across][:, None]
                mirrored = torch.rand(len(rows), 1, 1, 1, device=device) < 0.5
                logits = network(torch.where(mirrored, batch.flip(3), batch))
                loss = functional.cross_entropy(logits, labels[rows], label_smoothing=SMOOTHING)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
            after_epoch(epoch + 1)
    network.eval()
    with torch.no_grad():
        answers = [network(batch.reshape(-1, 1, 28, 28)).softmax(dim=1) for batch in moved.split(BATCH)]
    return torch.cat(answers).view(len(images), places, places, classes)
