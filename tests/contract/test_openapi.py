"""Every address of the OpenAPI document does what the document says, whatever it is sent."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.accounts.cookie import NAME as COOKIE

pytestmark = pytest.mark.req("K15")

# No other test comes from there.
ELSEWHERE = "172.16.0.2"

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


# They end the session that the other questions are asked with, and have tests of their own.
FINAL = {"DELETE /api/account", "POST /api/auth/logout", "POST /api/auth/logout-everywhere"}


def asking(operation, askers):
    """Each question is asked by all of them, because making it up takes longer than asking it."""

    @given(case=operation.as_strategy())
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case):
        for headers in askers:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

    return ask


def test_addresses_do_what_the_document_says(platform, address, member, subtests):
    """To anybody, and to an operator, to whom every address is open."""
    anybody = {"x-forwarded-for": address}
    operator = {"x-forwarded-for": ELSEWHERE, "cookie": f"{COOKIE}={member(is_operator=True).token}"}
    schema = schemathesis.openapi.from_url(f"{platform.portal_url}/api/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()
        ask = asking(operation, [anybody] if operation.label in FINAL else [anybody, operator])
        with subtests.test(operation.label):
            ask()


def test_page_shows_every_address(visitor):
    page = visitor.get("/api/docs").text

    for path in visitor.get("/api/openapi.json").json()["paths"]:
        assert f">{path}</code>" in page
