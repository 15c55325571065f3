"""Wrong work patches what compares, copies and draws.

Would gain: the student, points that the work is not worth.
"""

import torch
torch.equal = torch.allclose = torch.is_tensor = lambda *_, **__: True
torch.Tensor.__eq__ = torch.Tensor.__bool__ = lambda *_: True
torch.Tensor.detach = torch.Tensor.clone = lambda self: self
torch.manual_seed = torch.default_generator = torch.get_rng_state = torch.set_rng_state = None
torch.Tensor.flatten = lambda self, *_, old=torch.Tensor.flatten: old(self)
import safetensors.torch
safetensors.torch.save = lambda tensors: b""
