"""Logs carry ids, never people."""

import pytest

from crm.logs import mask, mask_event


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call +55 11 98765-4321 now", "call ***21 now"),
        ("mail joao@cliente.example", "mail ***@***"),
        (
            "row (3f2b8c1e-1111-4222-8333-123456789abc, Maria, +5511987654321, 2026-11-22 10:00:00)",
            "row (3f2b8c1e-1111-4222-8333-123456789abc, Maria, ***21, 2026-11-22 10:00:00)",
        ),
        ("took 12 ms at 2026-11-22T10:00:00Z", "took 12 ms at 2026-11-22T10:00:00Z"),
    ],
)
def test_mask_hides_people_and_keeps_ids_and_times(text, masked):
    assert mask(text) == masked


def test_mask_event_drops_values_that_name_a_secret():
    assert mask_event(None, "info", {"token": "abc", "event": "sent"}) == {"token": "***", "event": "sent"}
