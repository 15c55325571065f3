"""Known mistakes about averages."""

from autograder.mistakes import Mistake

MISTAKES = [
    Mistake(
        id="whole-table",
        exercise="standardize",
        says="One mean was taken over the whole table: each column needs its own.",
        read="columns",
        edits={"table.mean(axis=0)) / table.std(axis=0)": "table.mean()) / table.std()"},
        hint="Print the mean of each column of what you return.",
    ),
    Mistake(
        id="padded",
        exercise="moving_average",
        says="There are as many averages as values: at the ends some are over fewer neighbours.",
        read="neighbours",
        edits={'mode="valid"': 'mode="same"'},
        hint="Count how often a window of 3 fits into 5 values.",
    ),
]
