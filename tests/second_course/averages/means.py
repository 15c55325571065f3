"""Averages of columns, and of what passes by."""

import numpy as np


def standardize(table: np.ndarray) -> np.ndarray:
    """Give each column the mean 0 and the standard deviation 1.

    Args:
        table: float64, shape (rows, columns); no column is constant.

    Returns:
        float64, of the same shape.
    """
    ### BEGIN SOLUTION
    return (table - table.mean(axis=0)) / table.std(axis=0)
    ### END SOLUTION


def moving_average(values: np.ndarray, width: int) -> np.ndarray:
    """Average each `width` neighbours.

    Args:
        values: float64, shape (n,).
        width: from 1 to n.

    Returns:
        float64, shape (n - width + 1,).

    Raises:
        ValueError: the width is not from 1 to n.
    """
    ### BEGIN SOLUTION
    if not 1 <= width <= len(values):
        raise ValueError(f"a width of {width} for {len(values)} values")
    return np.convolve(values, np.ones(width) / width, mode="valid")
    ### END SOLUTION
