"""What logs hold of a request: never the key that stands in the address of a page for everybody."""

import io
import logging

import pytest
import structlog
from django.test import Client

from kangwei.config.logs import Discreet

pytestmark = pytest.mark.django_db
KEY = "k" * 43


def logged(path: str) -> str:
    with structlog.testing.capture_logs() as lines:
        Client().get(path)
    return next(line["path"] for line in lines if line["event"] == "request")


def test_keys_and_signatures_of_the_portal_are_left_out():
    assert logged(f"/portal/{KEY}/") == "/portal/<slug:key>/"
    assert logged(f"/portal/t/GD-202611-000001/{KEY}/") == "/portal/t/<slug:number>/<slug:signature>/"
    assert logged(f"/portal/t/GD-202611-000001/{KEY}/files/1/").endswith("<slug:signature>/files/<int:pk>/")


@pytest.mark.parametrize("path", [f"/portal/{KEY}", f"/portal/{KEY}。", f"/portal/t/x/{KEY}/act/more/"])
def test_nor_does_an_address_that_leads_nowhere_tell_them(path):
    assert KEY not in logged(path)


def test_other_pages_are_named_by_their_address():
    assert logged("/tickets/7/") == "/tickets/7/"
    assert logged("/healthz") == "/healthz"


def test_django_s_own_lines_leave_them_out_too():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Discreet())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        Client().get(f"/portal/{KEY}/")
    finally:
        logger.removeHandler(handler)
    assert KEY not in written.getvalue()
    assert "/portal/<slug:key>/" in written.getvalue()
