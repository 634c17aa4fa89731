"""What a file leaves to whoever deploys it. A placeholder begins with REPLACE_ME_, in every file of ours."""

import re
from collections.abc import Iterator

from litellm_config.catalogue import Mistake

PLACEHOLDER = re.compile(r"REPLACE_ME_[A-Z0-9_]+")
# What to do is found by how the name ends.
ADVICE = {
    "PASSWORD": "a password: `openssl rand -hex 32` makes one",
    "METRICS_TOKEN": "a password: `openssl rand -hex 32` makes one",
    "ADMIN_KEY": "LiteLLM's master key: `echo sk-$(openssl rand -hex 32)` makes one",
    "DOMAIN": "the name under which people reach the platform, such as chat.example.org",
    "REGISTRY": "where you have pushed the images, such as ghcr.io/your-name",
    "SITE_KEY": "the site key of reCAPTCHA; see docs/guides/captcha.md",
    "SECRET_KEY": "the secret key of reCAPTCHA; see docs/guides/captcha.md",
    "EMAIL": "an e-mail address that you read",
}


def left_in(file: str, text: str) -> Iterator[Mistake]:
    """Comments are for people, so a placeholder in one is none."""
    for number, line in enumerate(text.splitlines(), 1):
        for name in dict.fromkeys(PLACEHOLDER.findall(_without_comment(line))):
            yield Mistake(file, number, f"{name} is still a placeholder; put in its place {advice(name)}")


def advice(name: str) -> str:
    return next((text for ending, text in ADVICE.items() if name.endswith(ending)), "your own value")


def _without_comment(line: str) -> str:
    return "" if line.lstrip().startswith("#") else line.partition(" #")[0]
