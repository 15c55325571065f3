"""Of layers/vectors.py: lines broken elsewhere, brackets added, dead lines, other texts, other names."""

import torch
from torch import nn


class Linear(nn.Module):

    def __init__(
        self,
        in_features,
        out_features,
        std=0.1,
    ):
        a, b = in_features, out_features
        if (in_features < 1):
            raise ValueError('in_features')
        if (out_features < 1):
            raise ValueError('out_features')
        if (std < 0):
            raise ValueError('std')
        debug = False
        nn.Module.__init__(self)
        z = torch.empty(out_features,
                        in_features)
        z = (z.normal_()) * (std)
        self.weight = nn.Parameter((z.T).contiguous())
        self.bias = nn.Parameter(
            torch.zeros([out_features])
        )

    def forward(self, x):
        if (x.shape[-1:]) != (self.weight.shape[:1]):
            raise ValueError(
                f"{list(x.shape)} does not go with {len(self.weight)}"
            )
        return ((x.unsqueeze(-2)) @ (self.weight)).squeeze(-2) + (self.bias)

    def extra_repr(self):
        return ', '.join(
            [
                str(len(self.weight)),
                str(len(self.bias)),
                'bias',
            ]
        )


class Flatten(nn.Module):

    def forward(self, data):
        steps = 0
        while (data.dim() > 2):
            data = data.flatten(-2)
        return data


class Sequential(nn.Module):

    def __init__(self, *things):
        super().__init__()
        self.head = (things[0] if things else None)
        self.tail = (Sequential(*things[1:]) if things else None)

    def __iter__(self):
        if (self.head is not None):
            yield self.head
            yield from self.tail

    def __len__(self):
        return sum((1) for _ in (self))

    def __getitem__(self, place):
        return ([*self])[place]

    def forward(self, data):
        return (data if self.head is None else self.tail(self.head(data)))
