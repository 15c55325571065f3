"""Of layers/addmm.py: every name changed, comments added."""

import torch as t
import torch.nn as neural


# this makes sure nobody builds a layer without units
def verify(**amounts):
    for label, amount in amounts.items():
        if amount < 1:
            raise ValueError(f"{label}: {amount} is too small")


class Linear(neural.Module):
    # my own layer
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        verify(in_features=in_features, out_features=out_features)
        if std < 0.0:
            raise ValueError("spread below zero")
        # first the offset, then the matrix
        self.bias = neural.Parameter(t.zeros(out_features))
        self.weight = neural.Parameter(t.distributions.Normal(0.0, 1.0).sample((in_features, out_features)).mul(std))

    def forward(self, data):
        *front, final = data.shape
        if final != self.weight.shape[0]:
            raise ValueError("wrong width")
        table = data.reshape(front.numel() if hasattr(front, "numel") else int(t.tensor(front).prod()), final)
        return t.addmm(self.bias, table, self.weight).reshape(*front, self.weight.shape[1])

    def __repr__(self):
        return f"Linear layer: weight {tuple(self.bias.shape)}, bias {tuple(self.weight.shape)}"


class Flatten(neural.Module):
    def forward(self, data):
        count, *others = data.shape
        total = 1
        for amount in others:
            total = total * amount
        return t.reshape(data, (count, total))


class Sequential(neural.Module):
    def __init__(self, *stages):
        super().__init__()
        self.stages = neural.ModuleList()
        self.stages.extend(stages)
        self.places = tuple(range(len(stages)))

    def forward(self, data):
        for place in self.places:
            data = self.stages[place].forward(data)
        return data

    def __len__(self):
        return len(self.places)

    def __iter__(self):
        return (self.stages[place] for place in self.places)

    def __getitem__(self, place):
        return self.stages[place]
