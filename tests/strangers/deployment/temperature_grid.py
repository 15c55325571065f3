"""none"""

import torch
from torch.nn import functional as F


def temperature(logits, targets):
    z = logits.detach().double()
    best = min((F.cross_entropy(z / t.item(), targets).item(), t.item()) for t in torch.linspace(0.05, 20, 100))
    return best[1]
