"""Catalogues of known mistakes: their contents, their edits, and errors that name file, line and mistake."""

import re

import pytest

from autograder.mistakes import BadCatalogue, Hunk, Mistake, first_hints, known_mistakes

REFERENCE = '''"""Sums."""


class Total:
    def add(self, x):
        self.sum += x

        return self.sum

    def reset(self):
        self.sum = 0
        return self.sum
'''
CATALOGUE = """# Known mistakes of *sums*

    ### an example that is indented, and WRITE: in it

## Total

> What is kept from one call
> to the next?

> Where does it begin?

### total-twice

The number is added twice,
not once.

> Try it
> with 1.

Read: `adding`

```diff
-        self.sum += x
+        self.sum += 2 * x
```

### total-kept

`reset` does nothing.

> Call it, and print the sum.

Read: `beginning`

```diff
         self.sum += x

-        return self.sum
+        return float(self.sum)
```

```diff
     def reset(self):
-        self.sum = 0
```
"""


def test_a_catalogue_is_read_as_it_is_written() -> None:
    twice, kept = known_mistakes(CATALOGUE, REFERENCE, "sums.md")
    assert twice == Mistake(
        id="total-twice",
        exercise="Total",
        says="The number is added twice, not once.",
        hint="Try it with 1.",
        read="adding",
        hunks=(Hunk("sums.md:22: total-twice", "        self.sum += x\n", "        self.sum += 2 * x\n"),),
    )
    assert [hunk.place for hunk in kept.hunks] == ["sums.md:35: total-kept", "sums.md:42: total-kept"]


def test_below_an_exercise_stand_hints_for_a_student_who_has_written_nothing() -> None:
    assert first_hints(CATALOGUE) == {"Total": ("What is kept from one call to the next?", "Where does it begin?")}


def test_a_mistake_replaces_the_lines_of_each_block_and_leaves_those_around_them() -> None:
    _, kept = known_mistakes(CATALOGUE, REFERENCE, "sums.md")
    expected = REFERENCE.replace("return self.sum", "return float(self.sum)", 1).replace("        self.sum = 0\n", "")
    assert kept.apply(REFERENCE) == expected


@pytest.mark.parametrize(
    ("old", "places"), [("        return self.sum\n", 2), ("return self.sum\n", 0), ("        self.sum += y\n", 0)]
)
def test_an_edit_that_does_not_fit_the_reference_once_is_an_error_that_names_the_place(old: str, places: int) -> None:
    hunk = Hunk("sums.md:17: total-twice", old, "pass\n")
    with pytest.raises(BadCatalogue, match=rf"^sums\.md:17: total-twice: {places} places for {re.escape(repr(old))}"):
        Mistake("total-twice", "Total", "", "", "", [hunk]).apply(REFERENCE)


@pytest.mark.parametrize(
    ("written", "instead", "error"),
    [
        ("## Total", "## Totl", "sums.md:5: there is no exercise Totl"),
        ("## Total", "", "sums.md:12: total-twice: there is no exercise"),
        ("The number is added twice,\nnot once.\n", "", "sums.md:12: total-twice: there is no sentence"),
        ("> Try it\n> with 1.\n", "", "sums.md:12: total-twice: there is no hint"),
        ("Read: `adding`", "Read: adding", "sums.md:12: total-twice: there is no section"),
        (
            "```diff\n-        self.sum += x",
            "```python\n-        self.sum += x",
            "sums.md:12: total-twice: there is no edit",
        ),
        ("-        self.sum = 0\n```", "-        self.sum = 0\n", "sums.md:27: total-kept: there is no edit"),
        ("-        self.sum += x\n", "", "sums.md:12: total-twice: there is no line of the reference"),
        ("> Try it", "> WRITE: a hint", "sums.md:17: total-twice: WRITE: is still to be filled in"),
        ("> Where", "> WRITE: ", "sums.md:10: Total: WRITE: is still to be filled in"),
    ],
)
def test_a_faulty_catalogue_is_an_error_that_names_the_place(written: str, instead: str, error: str) -> None:
    assert CATALOGUE.count(written) == 1
    with pytest.raises(BadCatalogue, match=f"^{re.escape(error)}"):
        known_mistakes(CATALOGUE.replace(written, instead), REFERENCE, "sums.md")
