"""rms-standard-deviation-corrected"""

import torch


def rms_through(model, x):
    sizes = []
    with torch.no_grad():
        for layer in model:
            x = layer(x)
            sizes.append(x.std().item())
    return sizes
