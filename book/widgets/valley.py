"""How long may a step be? A valley, a learning rate, a momentum and a path."""

import numpy as np

from book.widgets._still import words

TITLE = "A step in a valley"
CURVATURES = np.array([1.0, 25.0])
START = np.array([8.0, 1.5])
LOW, CALM = 1e-3, 20  # a path has arrived where it is below this height for so many steps: some swing through
STEPS = 400  # after which a path is given up
RATES, MOMENTA = (0.02, 0.07, 0.079, 0.081, 0.1, 0.15), (0.0, 0.5, 0.9)

TABLE = """<table class="table"><thead>
<tr><th scope="col" rowspan="2">learning rate</th><th scope="colgroup" colspan="{columns}">momentum</th></tr>
<tr>{head}</tr></thead><tbody>{rows}</tbody></table>
"""


def limit(momentum: float) -> float:
    """Return the learning rate from which on a path diverges."""
    return 2 * (1 + momentum) / float(CURVATURES.max())


def outcome(lr: float, momentum: float) -> str:
    """Return how a path ends: "72 steps", "diverges" or "not in 400 steps"."""
    point, velocity, low = START, np.zeros(2), 0
    with np.errstate(over="ignore"):
        for step in range(1, STEPS + CALM):
            velocity = momentum * velocity + CURVATURES * point
            point = point - lr * velocity
            low = low + 1 if CURVATURES @ point**2 / 2 < LOW else 0
            if low == CALM:
                return f"{step + 1 - CALM} steps"
    return f"not in {STEPS} steps" if np.hypot(*point) < 10 else "diverges"


def still() -> str:
    """Return how paths with several learning rates and momenta end."""
    head = "".join(f'<th scope="col">{momentum:g}</th>' for momentum in MOMENTA)
    limits = ", ".join(f"{limit(momentum):.3f}" for momentum in MOMENTA)
    return TABLE.format(columns=len(MOMENTA), head=head, rows="".join(map(row, RATES))) + words(
        f"Steps until the height stays below {LOW}, from ({START[0]:g}, {START[1]:g}). Beyond 2(1 + momentum)/25, here "
        f"{limits}, a path diverges."
    )


def row(lr: float) -> str:
    ends = [outcome(lr, momentum).removesuffix(" steps") for momentum in MOMENTA]
    return f'<tr><th scope="row">{lr:g}</th>{"".join(f"<td>{end}</td>" for end in ends)}</tr>'
