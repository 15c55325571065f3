"""Moodle lets many students edit their own name, and Eve's becomes Bob's, or is read as his; the roster has no numbers.

Would gain: Eve, Bob's place: what she hands in is graded as his; or Bob, where a friend hands in for him.
"""

ROSTER = "First name,Last name,Email address,ID number\nBob,Build,bob@x.org,bob\nEve,Evil,eve@x.org,eve\n"
NAMES = ("Bob Build", "Böb Build", "Ｂｏｂ Ｂｕｉｌｄ", "Bobbuild", "Build, Bob", "bob")
BOB_KEEPS_HIS = False  # nothing but the name says which of the two is Bob


def files(name: str, his: bytes, hers: bytes) -> dict[str, bytes]:
    return {
        "Bob Build_1001_assignsubmission_file/2-layers.ipynb": his,
        f"{name}_1002_assignsubmission_file/2-layers.ipynb": hers,
    }
