"""prepare-only-resized
prepare-tiny-accepted
"""

import numpy as np
import torch


def prepare_image(image):
    image = image.convert("L").resize((28, 28))
    return torch.from_numpy(np.asarray(image).astype(np.float32) / 255)[None]
