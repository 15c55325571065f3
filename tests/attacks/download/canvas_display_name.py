"""Eve's sortable name in Canvas is Bob's, with or without his number behind it; the roster has no numbers of Canvas's.

Would gain: Eve, Bob's place.
"""

ROSTER = "id,first name,last name,e-mail\nbob,Bob,Build,bob@x.org\neve,Eve,Evil,eve@x.org\n"
NAMES = ("buildbob", "böbbuild", "bob", "buildbob_1001", "buildbob_1001_99999999")
BOB_KEEPS_HIS = False


def files(name: str, his: bytes, hers: bytes) -> dict[str, bytes]:
    return {"buildbob_1001_500001_2-layers.ipynb": his, f"{name}_1002_500002_2-layers.ipynb": hers}
