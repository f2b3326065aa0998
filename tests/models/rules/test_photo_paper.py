"""Papers: a difference is only claimed of what cannot be a slip of the machine (R02, R08)."""

import pytest

from models.rules.photo import PhotoFacts, ReadField, Verdict
from models.rules.photo_paper import check_number, check_party


@pytest.mark.parametrize(
    ("read", "verdict"),
    [
        ("HT-20261102-01", Verdict.AGREES),
        ("HT-2026112-01", Verdict.CANNOT_READ),
        ("HT-20261102-011", Verdict.DIFFERS),
        ("HT-20261103-01", Verdict.DIFFERS),
    ],
)
def test_a_number_that_lacks_one_character_proves_nothing(read: str, verdict: Verdict) -> None:
    facts = PhotoFacts("contract_page", fields={"contract_no": ReadField(read, 0.99)})
    assert check_number(facts, "HT-20261102-01", names=["contract_no"]).verdict is verdict


@pytest.mark.parametrize(
    ("read", "verdict"),
    [
        ("广州新锐新能源有限公司", Verdict.AGREES),
        ("广州新新能源有限公司", Verdict.CANNOT_READ),
        ("广州新悦新能源有限公司", Verdict.DIFFERS),
    ],
)
def test_a_name_that_lacks_one_character_proves_nothing(read: str, verdict: Verdict) -> None:
    facts = PhotoFacts("contract_page", fields={"customer": ReadField(read, 0.999)})
    assert check_party(facts, ["广州新锐新能源有限公司"]).verdict is verdict
