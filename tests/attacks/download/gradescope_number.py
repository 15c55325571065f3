"""Eve enters Bob's number into her account at Gradescope; he has entered none, and is known by his address.

Would gain: Eve, Bob's place.
"""

from tests.instructor.collecting.downloads import gradescope_metadata

ROSTER = "id,first name,last name,e-mail\nbob,Bob,Build,bob@x.org\neve,Eve,Evil,eve@x.org\n"
NAMES = ("eve@x.org", "eve.private@mail.example")
BOB_KEEPS_HIS = True


def files(name: str, his: bytes, hers: bytes) -> dict[str, bytes]:
    metadata = gradescope_metadata(
        ("submission_1", [("Bob Build", "", "bob@x.org")], "2026-11-01 10:00:00.000000000 Z"),
        ("submission_2", [("Eve Evil", "bob", name)], "2026-11-02 10:00:00.000000000 Z"),
    )
    return {
        "submission_metadata.yml": metadata,
        "submission_1/2-layers.ipynb": his,
        "submission_2/2-layers.ipynb": hers,
    }
