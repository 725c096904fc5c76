"""Errors: the message holds everywhere, and the command line adds how it says it."""

import pickle

import pytest

from photosync.core.errors import ItemRejected, NotFound, PhotoSyncError, Refused, WrongUse, about_option


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            Refused("Wait for it, or cancel it.", command_line="photosync run cancel 5"),
            "Wait for it, or cancel it: photosync run cancel 5",
        ),
        (NotFound("Say which is meant.", command_line="--profile NAME"), "Say which is meant: --profile NAME"),
        (Refused("Nothing was changed."), "Nothing was changed."),
        (ItemRejected("It is damaged.", code="damaged"), "It is damaged."),
        (NotFound(), ""),
    ],
)
def test_command_stands_where_the_full_stop_was(error: PhotoSyncError, told: str) -> None:
    assert error.message_with_command == told


def test_error_that_comes_from_another_process_is_whole() -> None:
    sent = pickle.loads(pickle.dumps(Refused("Cancel it.", command_line="photosync run cancel 5")))  # noqa: S301

    assert (type(sent), sent.message, sent.command_line) == (Refused, "Cancel it.", "photosync run cancel 5")


def test_option_that_an_error_is_about_is_told_and_the_nearest_counts():
    def refuse(**given: str) -> WrongUse:
        with pytest.raises(WrongUse) as raised, about_option("pattern"):
            raise WrongUse("It cannot be used.", **given)
        return raised.value

    assert WrongUse("It cannot be used.").option == ""
    assert refuse().option == "pattern"
    assert refuse(option="key").option == "key"
