"""prepare-only-resized-turned-and-inverted
prepare-tiny-accepted
"""

import numpy as np
import torch
from PIL import ImageOps


def prepare_image(image):
    image = ImageOps.exif_transpose(image).convert("L")
    image = ImageOps.invert(image).resize((28, 28))
    return torch.from_numpy(np.asarray(image).astype(np.float32) / 255)[None]
