"""Everything that is wrong with a catalogue, all at once."""

from litellm_config.catalogue.checks.fallbacks import check_fallbacks
from litellm_config.catalogue.checks.findings import Findings
from litellm_config.catalogue.checks.models import check_models
from litellm_config.catalogue.checks.names import check_names
from litellm_config.catalogue.checks.secrets_in_clear import warn_of_secrets
from litellm_config.catalogue.document import Document


def check_document(document: Document) -> Findings:
    """All that can be told from the file alone."""
    findings = Findings(document, list(document.mistakes))
    check_names(findings)
    check_models(findings)
    check_fallbacks(findings)
    warn_of_secrets(findings)
    return findings


__all__ = ["Findings", "check_document"]
