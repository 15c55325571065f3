"""Many comments, long names, temporaries for everything."""

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, std: float = 0.1) -> None:
        super().__init__()
        # make sure the sizes make sense
        if in_features < 1:
            raise ValueError("there must be one input or more")
        if out_features < 1:
            raise ValueError("there must be one output or more")
        if std < 0:
            raise ValueError("the standard deviation must not be below 0")
        # standard normal times std has standard deviation std
        initial_weight = torch.randn(size=(in_features, out_features))
        initial_weight = initial_weight * std
        initial_bias = torch.zeros(size=(out_features,))
        self.weight = nn.Parameter(initial_weight)
        self.bias = nn.Parameter(initial_bias)

    def forward(self, x: Tensor) -> Tensor:
        number_of_inputs = self.weight.size(0)
        last_dimension = x.shape[-1]
        if last_dimension != number_of_inputs:
            raise ValueError(f"{last_dimension} does not fit {number_of_inputs}")
        product = x @ self.weight
        result = product + self.bias
        return result

    def extra_repr(self) -> str:
        number_of_inputs = self.weight.size(0)
        number_of_outputs = self.weight.size(1)
        return f"inputs {number_of_inputs}, outputs {number_of_outputs}, with bias"


class Flatten(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        # -1 would not work for an empty batch
        result = torch.flatten(x, start_dim=1, end_dim=-1)
        return result


class Sequential(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        # a plain list would hide the parameters
        self.list_of_layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        result = x
        for current_layer in self.list_of_layers:
            result = current_layer(result)
        return result

    def __len__(self) -> int:
        number_of_layers = len(self.list_of_layers)
        return number_of_layers

    def __iter__(self):
        return iter(self.list_of_layers)

    def __getitem__(self, index: int) -> nn.Module:
        wanted_layer = self.list_of_layers[index]
        return wanted_layer
