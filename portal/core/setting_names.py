"""Names of variables: misspelt ones, and those of earlier deployments.

`PORTAL_`, `AUTH0_` and `RECAPTCHA_` are ours alone, so every other name with such a beginning is a slip.
`LITELLM_` is LiteLLM's too, which reads some two hundred: there a slip is a name that resembles one of ours.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import quote

OURS_ALONE = ("PORTAL_", "AUTH0_", "RECAPTCHA_")
SHARED = "LITELLM_"
SIMILAR = 0.8
# What stands in LiteLLM's sources and resembles one of ours; tests/core/test_setting_names.py reads them.
LITELLMS_OWN = frozenset(
    {
        "LITELLM_ADMIN_READ_ONLY",
        "LITELLM_API_KEY",
        "LITELLM_BASE_URL",
        "LITELLM_GLOBAL_MAX_PARALLEL_REQUEST_RETRIES",
        "LITELLM_TEAM_IDS_CLAIM",
        "LITELLM_TEAM_ID_CLAIM",
        "LITELLM_USER_AGENT",
    }
)
# Understood under another name of today.
EARLIER = frozenset({"LITELLM_TEAM_ID"})
# What people write who know LiteLLM or Auth0's other libraries, and which resembles nothing.
SYNONYMS = {
    "AUTH0_DOMAIN": "AUTH0_ISSUER_BASE_URL",
    "AUTH0_ISSUER": "AUTH0_ISSUER_BASE_URL",
}

# Each is known from a deployment of before, and too common a name to be refused: it may be there for another program.
NOT_READ = {
    "PORT": "PORTAL_PORT is the portal's port and PORTAL_GATEWAY_PORT the gateway's",
    "API_KEY": "everybody has a key of their own; the key of an endpoint stands in ENDPOINTS, as apiKey",
    "DEFAULT_MODEL": "requests name their model; FALLBACK_MODEL stands in for one that fails",
    "ACCESS_TOKEN": "nobody shares a token here; people get keys, and sign in with an account",
}


def misspelt(names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """A sentence for each."""
    for name in sorted(names):
        if name in known:
            continue
        family = name.upper()
        if family.startswith(OURS_ALONE):
            yield f"{name}: no such setting{_meant(family, known)}"
        elif family.startswith(SHARED) and family not in LITELLMS_OWN and (hint := _meant(family, known)):
            yield f"{name}: no such setting{hint}"


def not_read(environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each variable that another deployment knew and that does nothing here."""
    for name, instead in NOT_READ.items():
        if environment.get(name):
            yield f"{name} is not read: {instead}."


def with_earlier_names(environment: Mapping[str, str]) -> dict[str, str]:
    """What earlier deployments set, under the names of today, unless these are set too."""
    translated = dict(environment)
    if (team := environment.get("LITELLM_TEAM_ID")) and not environment.get("LITELLM_TEAM_PERMISSIONLESS"):
        translated["LITELLM_TEAM_PERMISSIONLESS"] = team
    if environment.get("REDIS_HOST") and not environment.get("REDIS_URL"):
        translated["REDIS_URL"] = _redis_url(environment)
    return translated


def wrong_earlier_values(environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each value of an earlier name that `with_earlier_names` can make nothing of."""
    uses_port = environment.get("REDIS_HOST") and not environment.get("REDIS_URL")
    if uses_port and not (environment.get("REDIS_PORT") or "6379").isdecimal():
        yield "REDIS_PORT: must be a whole number; or set REDIS_URL in place of REDIS_HOST and REDIS_PORT"


def _redis_url(environment: Mapping[str, str]) -> str:
    password = environment.get("REDIS_PASSWORD", "")
    login = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{login}{environment['REDIS_HOST']}:{environment.get('REDIS_PORT') or 6379}/0"


def _meant(name: str, known: Collection[str]) -> str:
    ours = [one for one in known if one.startswith((*OURS_ALONE, SHARED))]
    close = [SYNONYMS[name]] if name in SYNONYMS else difflib.get_close_matches(name, ours, n=1, cutoff=SIMILAR)
    return f"; did you mean {close[0]}?" if close else ""
