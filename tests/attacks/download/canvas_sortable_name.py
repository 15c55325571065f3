"""Eve's sortable name in Canvas is “Evil, Eve_1001 _99999999”: Canvas puts it before her own number, without the gap.

Would gain: Eve, Bob's place, since 1001 is his number and an upload of so high a number counts as the last.
"""

ROSTER = "id,first name,last name,e-mail,lms_user_id\nbob,Bob,Build,bob@x.org,1001\neve,Eve,Evil,eve@x.org,1002\n"
NAMES = ("evileve_1001_99999999", "buildbob_1001_99999999", "evileve_1001", "1001_99999999", "evileve_LATE_1001_9")
BOB_KEEPS_HIS = True


def files(name: str, his: bytes, hers: bytes) -> dict[str, bytes]:
    return {"buildbob_1001_500001_2-layers.ipynb": his, f"{name}_1002_500002_2-layers.ipynb": hers}
