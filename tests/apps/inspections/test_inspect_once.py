"""`inspect_once`: an inspection of anything, without a database."""

import pytest

from kangwei.base.errors import ActionError
from kangwei.inspections.running import inspect_once, shown
from tests.fakes.probes import answering, page, serving


def test_measures_and_judges_an_address(now):
    with serving(answering(page("欢迎登录".encode()))) as port:
        address = f"http://127.0.0.1:{port}/"
        judgement, measurement = inspect_once(address, "http-service", now=now, options={"expect_text": "登录"})
    assert (judgement.verdict, judgement.measured, judgement.failure) == ("normal", True, "")
    assert {reading.key: reading.value for reading in measurement.readings}["expected_text"] is True


def test_an_address_that_does_not_answer_is_a_judgement_too(now):
    with serving(answering()) as port:
        pass
    judgement, _ = inspect_once(f"http://127.0.0.1:{port}/", "http-service", now=now)
    assert (judgement.verdict, judgement.measured) == ("critical", False)
    assert "拒绝" in judgement.failure


@pytest.mark.parametrize(
    "address, template, field",
    [("ftp://127.0.0.1/", "http-service", "address"), ("http://127.0.0.1/", "no-such", "template")],
)
def test_what_makes_no_sense_is_refused(now, address, template, field):
    with pytest.raises(ActionError) as caught:
        inspect_once(address, template, now=now)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "value, text",
    [(True, "是"), (False, "否"), (None, ""), (0, "0"), (99.5, "99.5"), (100.0, "100"), (-0.001, "0"), (15, "15")],
)
def test_values_as_people_read_them(value, text):
    assert shown(value) == text
