"""Recognise mistakes that occur in any exercise by the observations; an exercise's own known mistakes come first."""

import re

from autograder.arrays import Array, PythonNumbers, dtype_name, is_array, is_tensor
from autograder.checks import Observation, Raised

NO_RETURN = "Is there a `return` at the end of each way through it? A function without one returns None."
NO_TENSOR = {
    "NoneType": NO_RETURN,
    "ndarray": "This is a NumPy array where a tensor is expected: compute with torch, or end with torch.from_numpy.",
    "list": "This is a Python list where a tensor is expected: torch.stack or torch.tensor makes one.",
    "tuple": "This is a tuple where a tensor is expected: is there a comma behind what you return?",
}
NO_ARRAY = {
    "NoneType": NO_RETURN,
    "Tensor": "This is a tensor where a NumPy array is expected: compute with NumPy, or end with .numpy().",
    "list": "This is a Python list where a NumPy array is expected: np.array or np.stack makes one.",
    "tuple": "This is a tuple where a NumPy array is expected: is there a comma behind what you return?",
}
NO_NUMBER = "This is a tensor where a number of Python's is expected: .item(), int() and float() make such numbers."
NO_SUPER = "Does __init__ begin with super().__init__()? Without it a module cannot keep parameters or other modules."
NO_CLASS = "The exercise asks for a class, and this behaves like a function: its parts go into __init__ and forward."
NOT_DEFINED = (
    "{name} is not defined in this cell. When this is graded, only the first cell and the cells of the exercises run, "
    "so a name from any other cell is missing."
)
SIGNATURE = (
    "The arguments are not those of the assignment. Compare your line def {function} with the one that you were given: "
    "its name, letter by letter, and each argument with its default."
)
NO_MODULE = "{module} is not part of the course, and the grader has none either. What the first cell imports is enough."
METHODS = r"\.(train|eval|modules|children|parameters|to|apply)\b"
HIDDEN = (
    "Is there an attribute with the name of a method of its class, such as train, eval, modules or parameters? One "
    "hides the other, so yours needs another name. If there is none, the parentheses of a call may be missing."
)
NO_ATTRIBUTE = (
    "The assignment names an attribute {name}, and this {exercise} has none: is it called otherwise, or is it made "
    "only later than in __init__?"
)
BY_ACCIDENT = (
    "This is refused, but by an error that comes up deeper in, by accident. Ask for it before anything is computed, "
    "and raise a ValueError."
)
RESULTS = "The docstring names several results. Are all of them there, in its order, as in `return a, b`?"
# What an error's text says, in whatever exercise it comes up.
SAYINGS = {
    r"cannot assign '.*' as parameter": (
        "Arithmetic with a parameter gives a plain tensor, which cannot take the parameter's place. Work out the "
        "numbers first and make the parameter of them, or change its numbers in place."
    ),
    r"leaf Variable that requires grad is being used in an in-place": (
        "A parameter is changed in place while autograd records. Such a change belongs in a block that records nothing."
    ),
    r"Boolean value of Tensor with more than one value": (
        "A tensor of many numbers is asked for a single yes or no, as by Python's if, and, max or min. Decide for each "
        "element, with an operation of torch, or say with .any() or .all() which answer is meant."
    ),
    r"must match the size of tensor b": (
        "Two tensors meet element by element, and their shapes do not fit. Print both shapes just before this line. "
        "Should it be a matrix product, the other dimension, or a sum that keeps its dimension?"
    ),
    r"shapes cannot be multiplied|size mismatch, got": (
        "The two sides of a matrix product do not fit: as many columns are needed on the left as there are rows on the "
        "right. Print both shapes just before this line."
    ),
    r"shape '.*' is invalid for input of size": (
        "The new shape has to hold as many numbers as there are. Is a size written out, such as 784, that x.shape "
        "knows?"
    ),
    r"same dtype|expected scalar type": (
        "Two dtypes meet. Whatever the function makes itself should have the dtype of what came in."
    ),
    r"view size is not compatible": (
        "view works only where the numbers lie in memory in this order, which those of a transposed tensor do not. "
        "flatten and reshape copy them where they must, and what is done to a copy does not reach the original."
    ),
    r"does not require grad and does not have a grad_fn": (
        "The way back is cut somewhere: detach(), .data, .item(), NumPy, no_grad() and torch.tensor(x) end it."
    ),
    r"Subtraction, the `-` operator, with (two|a) bool": (
        "True and False cannot be subtracted in PyTorch. &, | and ~ combine them, and .int() makes numbers of them."
    ),
    r"not supported between instances of .*'NoneType'": (
        "A None is compared with a number. What None means, the docstring says: ask for it first."
    ),
    r"local variable '\w+'": (
        "On some way through the function a name is used that has no value yet, as after a loop that had nothing to do."
    ),
}
EXIT = "sys.exit() and quit() end the whole program. An answer returns, or raises an error that says why."


def likely_mistake(observed: Observation, expected: Observation, exercise: str) -> str:
    """Return an explanation where no known mistake of the exercise does the same, or an empty text.

    ``expected`` is None if the check saw nothing but an error.
    """
    if isinstance(observed, Raised):
        if isinstance(expected, Raised) and expected.is_refusal and not observed.is_refusal:
            return BY_ACCIDENT
        return _from_error(observed, exercise)
    if is_array(expected):
        return _where_an_array_is_expected(observed, expected)
    return NO_RETURN if observed is None and expected is not None else ""


def _where_an_array_is_expected(observed: Observation, expected: Array) -> str:
    if observed is None:
        return NO_RETURN
    if isinstance(expected, PythonNumbers):
        return {"a NoneType": NO_RETURN, "a Tensor": NO_NUMBER}.get(observed, "") if isinstance(observed, str) else ""
    kinds, wanted = (NO_TENSOR, "a tensor") if is_tensor(expected) else (NO_ARRAY, "a NumPy array")
    if isinstance(observed, bool | int | float):
        return f"This is a number of Python's where {wanted} is expected: .item() and float() make such numbers."
    if is_array(observed) and is_tensor(observed) == is_tensor(expected):
        return _of_dtype(observed, expected)
    kind = observed.removeprefix("a ") if isinstance(observed, str) else type(observed).__name__
    return kinds.get(kind, "")


def certain_mistake(error: Observation, exercise: str) -> str:
    """Return an explanation that an error's text proves, whether or not a known mistake raises a similar error."""
    if isinstance(error, Raised):
        if error.kind == "SystemExit":
            return EXIT
        if undefined := re.match(r"name '(\w+)' is not defined", error.message) if error.kind == "NameError" else None:
            return NOT_DEFINED.format(name=undefined[1])
        # A class without __init__ takes no arguments, in these words; a function takes some number of them.
        called = re.match(rf"{exercise}\(\) (missing|takes (?!no)|got)", error.message)
        if error.kind == "TypeError" and called and exercise[0].isupper():
            return NO_CLASS
        missing = re.fullmatch(r"No module named '([^'.]+).*'", error.message)
        if error.kind == "ModuleNotFoundError" and missing:
            return NO_MODULE.format(module=missing[1])
        # Without a line of the student's it was the check that called, as the assignment says.
        called = re.match(rf"(?:{exercise}\.)?(\w+)\(\) (missing|takes|got)", error.message)
        if error.kind == "TypeError" and not error.line and called and (called[1] == exercise or "." in called[0]):
            return SIGNATURE.format(function=called[1])
    return ""


def _from_error(error: Raised, exercise: str) -> str:
    if certain := certain_mistake(error, exercise):
        return certain
    if "Module.__init__() call" in error.message:
        return NO_SUPER
    if exercise[0].isupper() and _hides_a_method(error):
        return HIDDEN
    if not error.line and "NoneType" in error.message:  # it arose where the check used what came back
        return NO_RETURN
    if not error.line and "numpy.ndarray" in error.message:
        return NO_TENSOR["ndarray"]
    if not error.line and "too many values to unpack" in error.message:  # of what came back
        return RESULTS
    if not error.line and (absent := re.match(rf"'{exercise}' object has no attribute '(\w+)'", error.message)):
        return NO_ATTRIBUTE.format(name=absent[1], exercise=exercise)
    return next((says for text, says in SAYINGS.items() if re.search(text, error.message)), "")


def _hides_a_method(error: Raised) -> bool:
    """Return whether a method was used as a value, or a value called: in the quoted line, or in the check."""
    if error.kind != "TypeError" or "'NoneType'" in error.message:
        return False
    called = "object is not callable" in error.message
    return "'method'" in error.message or (called and bool(re.search(METHODS, error.line) or not error.line))


def _of_dtype(observed: Array, expected: Array) -> str:
    dtype, right = dtype_name(observed), dtype_name(expected)
    if dtype == right or observed.shape != expected.shape:
        return ""
    return f"The shape is right and the dtype is not: {dtype} where {right} is expected."
