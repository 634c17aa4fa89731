"""Everything that is wrong with a catalogue, all at once."""

from collections.abc import Collection

from litellm_config.catalogue.checks.fallbacks import check_fallbacks
from litellm_config.catalogue.checks.findings import Findings
from litellm_config.catalogue.checks.models import check_models
from litellm_config.catalogue.checks.names import check_names
from litellm_config.catalogue.checks.platform import check_platform_settings
from litellm_config.catalogue.checks.secrets_in_clear import warn_of_secrets
from litellm_config.catalogue.document import Document
from litellm_config.catalogue.seed import NO_SEED, Seed


def check_document(document: Document, seed: Seed = NO_SEED, discovered: Collection[str] = ()) -> Findings:
    """All that can be told without looking up variables; `discovered` are models that endpoints have told."""
    findings = Findings(document, list(document.mistakes))
    check_names(findings)
    check_platform_settings(findings)
    check_models(findings)
    check_fallbacks(findings, seed, discovered)
    warn_of_secrets(findings)
    return findings


__all__ = ["Findings", "check_document"]
