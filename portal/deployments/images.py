"""Names of images: what runs tomorrow must be what was tried today."""

import re

# A digest, or a tag with a version in it. `latest`, `main` and `8-alpine` move.
PINNED = re.compile(r"@sha256:[0-9a-f]{64}$|:v?\d+\.\d+[\w.-]*$")


def why_not_pinned(image: str) -> str | None:
    if PINNED.search(image):
        return None
    tag = image.rpartition("/")[2].partition(":")[2]
    has = f"the tag `{tag}` of the image {image} moves" if tag else f"the image {image} has no tag"
    return f"{has}; name a whole version such as `:1.2.3`, or a digest"


def is_of(image: str, name: str) -> bool:
    return image.rpartition("/")[2].partition(":")[0].partition("@")[0] == name
