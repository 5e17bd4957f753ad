"""schemathesis calls everything in the API description: no server errors, and answers as described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from detector.web.openapi import description

SCHEMA = schemathesis.openapi.from_dict(description())
CALLS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.label)
def test_calls_are_answered_as_described(call, client):
    @given(case=call.as_strategy())
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def answered(case):
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8765")
        sent.pop("cookies", None)
        found = client.request(**sent)
        assert found.status_code < 500, found.text
        assert str(found.status_code) in call.definition.raw["responses"], found.text

    answered()
