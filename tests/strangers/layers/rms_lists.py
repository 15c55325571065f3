"""rms-along-one-dimension"""

import torch


def rms_through(model, x):
    sizes = []
    with torch.no_grad():
        for layer in model:
            x = layer(x)
            sizes.append((x**2).mean(dim=0).sqrt().tolist())
    return sizes
