"""Text on the accent colour can be read, whichever colour an operator chooses."""

import re

import pytest

from portal.pages.accent import accent_css


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.req("A9")
@pytest.mark.parametrize("accent", ["#2b5fd9", "#e5383b", "#ffd400", "#000000", "#ffffff", "#0a7d55", "#808080"])
def test_text_on_both_shades_reaches_level_aa(accent):
    accent_shade, strong, text = re.findall(r"#[0-9a-f]{6}", accent_css(accent))

    assert accent_shade == accent
    assert contrast(accent_shade, text) >= 4.5
    assert contrast(strong, text) >= 4.5
