"""The accent colour as CSS custom properties, with a readable colour for text on it.

https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
"""

import colorsys

WHITE_TEXT_BELOW = 0.179  # the luminance at which black and white text have the same contrast


def accent_css(accent: str) -> str:
    red, green, blue = (int(accent[i : i + 2], 16) / 255 for i in (1, 3, 5))
    # The strong shade moves away from the text's colour, so that the text on it stays as readable.
    on_accent, factor = ("#ffffff", 0.85) if _luminance(red, green, blue) < WHITE_TEXT_BELOW else ("#000000", 1.12)
    strong = _with_lightness(red, green, blue, factor=factor)
    return f":root {{ --accent: {accent}; --accent-strong: {strong}; --on-accent: {on_accent}; }}\n"


def _luminance(*channels: float) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _with_lightness(red: float, green: float, blue: float, *, factor: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    shaded = colorsys.hls_to_rgb(hue, min(1, lightness * factor), saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in shaded)
