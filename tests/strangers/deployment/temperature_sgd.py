"""none"""

import torch
from torch import nn
from torch.nn import functional as F


def temperature(logits, targets):
    T = nn.Parameter(torch.ones(1, dtype=torch.float64))
    opt = torch.optim.SGD([T], lr=0.1)
    z = logits.detach().double()
    for _ in range(100):
        opt.zero_grad()
        loss = F.cross_entropy(z / T, targets)
        loss.backward()
        opt.step()
    return T.item()
