"""interpolant-values
interpolant-nothing-refused
"""

import torch


def relu_interpolant(knots, values):
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    changes = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])
    hidden = torch.relu(knots.unsqueeze(1) - knots[:-1])
    return hidden @ changes.unsqueeze(1) + values[0]
