"""The public door of the RPC keywords."""

from __future__ import annotations

import pytest

from wsclient import rpc
from wsclient.scene import rpc_keywords


@pytest.mark.parametrize("name", rpc.__all__)
def test_the_keyword_is_the_scene_rooms_own(name: str) -> None:
    assert getattr(rpc, name) is getattr(rpc_keywords, name)


def test_no_keyword_is_missing() -> None:
    assert sorted(rpc.__all__) == sorted(rpc_keywords.__all__)
