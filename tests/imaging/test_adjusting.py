"""Turning and cutting: compared with what Pillow makes of the same picture, and the refusals in words."""

import io

import numpy as np
import pytest
from PIL import Image

from photosync.core.errors import ItemRejected
from photosync.imaging import Adjustment, RenderPool, RenderSettings, render
from tests.imaging import pictures
from tests.portraits import make_portrait, portrait_pixels

TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def full(content: bytes, adjustment: Adjustment) -> Image.Image:
    return pictures.decoded(render(content, RenderSettings(adjustment=adjustment)).renditions[0].content)


def difference(found: Image.Image, expected: Image.Image) -> float:
    assert found.size == expected.size
    return float(np.abs(np.asarray(found, np.int16) - np.asarray(expected.convert("RGB"), np.int16)).mean())


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_upright_picture_is_turned_clockwise_and_then_cut(quarter_turns: int, orientation: int) -> None:
    content = make_portrait(3, 600, 750, orientation=orientation)
    expected = Image.fromarray(portrait_pixels(3, 600, 750))
    if quarter_turns:
        expected = expected.transpose(TURNS[quarter_turns])
    width, height = expected.size
    box = (
        round(0.1 * width),
        round(0.2 * height),
        round(0.1 * width) + width // 2,
        round(0.2 * height) + height // 2,
    )

    found = full(content, Adjustment(quarter_turns=quarter_turns, left=0.1, top=0.2, width=0.5, height=0.5))

    assert difference(found, expected.crop(box)) < 6


def test_part_of_a_large_picture_keeps_its_detail() -> None:
    content = make_portrait(4, 2400, 3000)

    rendered = render(content, RenderSettings(adjustment=Adjustment(left=0.25, top=0.25, width=0.4, height=0.4)))

    assert (rendered.width_px, rendered.height_px) == (960, 1200)
    assert [(each.width_px, each.height_px) for each in rendered.renditions] == [(768, 960), (384, 480), (128, 160)]


def test_the_same_part_comes_out_of_the_pool() -> None:
    content, settings = make_portrait(5, 400, 500), RenderSettings(adjustment=Adjustment(quarter_turns=1, width=0.5))
    with RenderPool(1) as pool:
        assert pool.submit(content, settings).result() == render(content, settings)


def test_part_that_is_too_small_is_refused_in_words() -> None:
    content = make_portrait(6, 400, 500)

    with pytest.raises(ItemRejected) as caught:
        render(content, RenderSettings(adjustment=Adjustment(left=0.5, top=0.5, width=0.25, height=0.25)))

    assert caught.value.code == "part_too_small"
    assert caught.value.message == (
        "The chosen part of the picture is only 100 x 125 pixels; the shorter side must have at least 120. "
        "It was not used. Choose a larger part, or use a larger photo."
    )


def test_adjustment_is_no_part_of_the_fingerprint() -> None:
    assert RenderSettings(adjustment=Adjustment(quarter_turns=1)).fingerprint() == RenderSettings().fingerprint()


@pytest.mark.parametrize(
    "wrong",
    [
        {"quarter_turns": 4},
        {"left": -0.1},
        {"width": 0.0},
        {"left": 0.6, "width": 0.5},
        {"top": 0.6, "height": 0.5},
        {"left": float("nan")},
        {"width": float("inf")},
    ],
)
def test_part_outside_the_picture_is_a_fault(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="picture"):
        Adjustment(**wrong)  # type: ignore[arg-type]  # some are wrong on purpose


def test_transparent_and_grey_pictures_are_turned_too() -> None:
    for mode in ("LA", "RGBA", "L"):
        written = io.BytesIO()
        pictures.portrait(mode).save(written, "PNG")
        assert full(written.getvalue(), Adjustment(quarter_turns=1)).size == (380, 300)
