"""What an entry of a licence's chain tells its holder."""

import pytest

from services.catalogue.messages import Node
from services.notices.licences import node_of


@pytest.mark.parametrize(
    ("node", "details", "of_case", "later", "told"),
    [
        (Node.LICENCE_SUSPENDED, {}, True, False, Node.LICENCE_SUSPENDED),
        (Node.LICENCE_SUSPENDED, {}, False, False, Node.LICENCE_SUSPENDED),
        (Node.LICENCE_SUSPENDED, {"carried_from": "x"}, False, True, None),
        (Node.LICENCE_RESTORED, {}, True, True, Node.LICENCE_RESTORED),
        (Node.LICENCE_ENDED, {}, True, False, None),  # its case tells, with the paper
        (Node.LICENCE_ENDED, {}, False, True, Node.LICENCE_ENDED),
        (Node.LICENCE_ENDED, {"because": "x"}, False, True, None),
        (Node.LICENCE_READY, {}, True, True, Node.LICENCE_READY),
        (Node.LICENCE_READY, {}, False, True, Node.LICENCE_REPLACED),
        (Node.LICENCE_READY, {}, False, False, None),
        (Node.LICENCE_ENDING, {}, False, False, Node.LICENCE_ENDING),
    ],
)
def test_each_thing_is_told_once_and_in_one_place(node, details, of_case, later, told):
    assert node_of(node, details, of_case=of_case, later_version=later) is told
