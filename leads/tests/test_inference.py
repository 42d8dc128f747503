"""Understanding payloads of shapes that nobody configured."""

import pytest

from leads.inference import understand
from leads.tests import more_shapes, shapes

SHAPES = [*shapes.SHAPES, *more_shapes.SHAPES]


@pytest.mark.parametrize(("body", "person"), [shape[1:] for shape in SHAPES], ids=[shape[0] for shape in SHAPES])
def test_person_is_understood_in(body, person):
    [payload] = understand(body, "BR")

    assert (payload.name, payload.phone, payload.email) == person
