"""A secret in the file is read by everybody who sees the file; a variable is not."""

from litellm_config.catalogue.addresses import has_password
from litellm_config.catalogue.checks.findings import Findings, texts_of
from litellm_config.catalogue.masking import is_secret_name, looks_secret

ADVICE = "stands here in clear; put it into an environment variable and write os.environ/NAME"


def warn_of_secrets(findings: Findings) -> None:
    for place, text in texts_of(findings.document.content):
        name = next((step for step in reversed(place) if isinstance(step, str)), "")
        if has_password(text):
            findings.warning(place, f"the password in `{name}` {ADVICE}")
        elif is_secret_name(name) and looks_secret(text):
            findings.warning(place, f"the secret `{name}` {ADVICE}")
