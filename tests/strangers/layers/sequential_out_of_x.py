"""sequential-only-last
sequential-each-once
"""

import torch.nn as nn


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        kept = []
        for layer in layers:
            if not any(layer is other for other in kept):
                kept.append(layer)
        self.layers = nn.ModuleList(kept)

    def forward(self, x):
        out = x
        for layer in self.layers:
            out = layer(x)
        return out

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return self.layers[index]
