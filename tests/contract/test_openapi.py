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

pytestmark = pytest.mark.req("K15")

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_addresses_do_what_the_document_says(platform, address, subtests):
    schema = schemathesis.openapi.from_url(f"{platform.portal_url}/api/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        def asks(case):
            answer = case.call(headers={"x-forwarded-for": address})
            case.validate_response(answer, checks=CHECKS)

        with subtests.test(operation.label):
            asks()


def test_page_shows_every_address(visitor):
    page = visitor.get("/api/docs").text

    for path in visitor.get("/api/openapi.json").json()["paths"]:
        assert f">{path}</code>" in page
