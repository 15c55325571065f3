"""ce-epsilon-1e-9
ce-nothing-refused
"""

import torch


def cross_entropy(logits, targets):
    p = torch.softmax(logits, dim=1)
    return -torch.log(p[range(len(targets)), targets] + 1e-9).mean()
