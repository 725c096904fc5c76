"""Which codes the name of a file may hold: more than a rule reads, for they only hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.codes_in_names import codes_in_name, codes_of_file


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("1001.jpg", {"1001"}),
        ("IMG_1001-b.jpg", {"IMG_1001-b", "IMG", "1001", "b", "IMG_1001", "1001-b"}),
        ("-1001-.jpg", {"-1001-", "1001"}),
        ("e\u0301.x.jpg", {"\u00e9.x", "\u00e9", "x"}),
        ("1001b.jpg", {"1001b", "1001", "b"}),
        ("...", {"..."}),
        ("", set()),
    ],
)
def test_codes_that_a_name_may_hold(name: str, codes: set[str]) -> None:
    assert codes_in_name(name) == codes


@pytest.mark.parametrize("name", ["1001b.jpg", "IMG1001.jpg", "P1001.jpg", "7A-P1001x.jpg"])
def test_code_that_is_joined_to_letters_is_found(name: str) -> None:
    assert "1001" in codes_in_name(name)


@pytest.mark.parametrize("name", ["jane.smith@school.vic.edu.au_1.jpg", "A jane.smith@school.vic.edu.au.jpg"])
def test_address_is_found_with_what_stands_beside_it(name: str) -> None:
    assert "jane.smith@school.vic.edu.au" in codes_in_name(name)


@given(st.lists(st.text("ab", min_size=1), min_size=3, max_size=40), st.integers(0, 36), st.sampled_from("_- .,"))
def test_code_of_up_to_eight_parts_is_found_wherever_it_stands(parts: list[str], at: int, sign: str) -> None:
    found = codes_in_name(f"{sign.join(parts)}.jpg")
    assert all(sign.join(parts[at : at + length]) in found for length in range(1, 9) if at + length <= len(parts))
    assert len(found) <= 8 * len(parts) + 1


def test_folders_count_where_the_rule_reads_them_and_the_key_always() -> None:
    assert codes_of_file("1001", "7B/2002", "x.jpg", reads_folders=False) == {"1001", "x"}
    assert codes_of_file("", "7B/2002", "x.jpg", reads_folders=True) == {"7B", "2002", "x"}
