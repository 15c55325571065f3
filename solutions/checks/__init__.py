"""What the exercises must do, one module for each room."""

GIVEN = ("garment",)  # modules of this course that students have, too
PRELOAD = ("matplotlib.pyplot",)  # notebooks import it; a submission need not wait for it
# The first optimizer of torch.optim imports this, which takes a second: each check would in its own process.
PRELOAD_FOR = {"optimizer": ("torch._dynamo",), "training": ("torch._dynamo",)}
