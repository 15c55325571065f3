"""Eve's account at Gradescope is called as Bob is, without a number, and with an address that the school does not know.

Would gain: Eve, Bob's place, with a time that counts as proved, though his own work has his address.
"""

from tests.instructor.collecting.downloads import gradescope_metadata

ROSTER = "id,first name,last name,e-mail\nbob,Bob,Build,bob@x.org\neve,Eve,Evil,eve@x.org\n"
NAMES = ("Bob Build", "Böb Build", "bob")
BOB_KEEPS_HIS = True


def files(name: str, his: bytes, hers: bytes) -> dict[str, bytes]:
    metadata = gradescope_metadata(
        ("submission_1", [("Bob Build", "", "bob@x.org")], "2026-11-01 10:00:00.000000000 Z"),
        ("submission_2", [(name, "", "eve.private@mail.example")], "2026-11-02 10:00:00.000000000 Z"),
    )
    submissions = {"submission_1/2-layers.ipynb": his, "submission_2/2-layers.ipynb": hers}
    return {f"assignment_1_export/{path}": content for path, content in submissions.items()} | {
        "assignment_1_export/submission_metadata.yml": metadata
    }
