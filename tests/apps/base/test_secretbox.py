"""Passwords of targets at rest."""

import pytest

from kangwei.base import secretbox
from kangwei.base.errors import ActionError


@pytest.fixture(autouse=True)
def fresh_box():
    secretbox._box.cache_clear()
    yield
    secretbox._box.cache_clear()


def test_what_is_sealed_shows_nothing_and_comes_back():
    sealed = secretbox.seal("口令-123")
    assert "口令" not in sealed and "123" not in sealed
    assert secretbox.unseal(sealed) == "口令-123"
    assert secretbox.seal("") == secretbox.unseal("") == ""


def test_with_another_key_it_stays_shut(settings):
    sealed = secretbox.seal("口令-123")
    secretbox._box.cache_clear()
    settings.TARGET_KEY = "another key"
    with pytest.raises(ActionError, match="无法解密"):
        secretbox.unseal(sealed)
