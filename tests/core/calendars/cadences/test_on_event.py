from datetime import date, datetime

import pytest
import yaml
from pydantic import ValidationError

from kangwei.core.calendars import EVENTS, FORMS, SHANGHAI, OnEvent, Term

FRIDAY = datetime(2026, 2, 13, 17, tzinfo=SHANGHAI)


def test_events_have_no_windows_in_advance(read, calendar):
    assert read({"on": "incident"}).windows(Term.of(date(2026, 1, 1), 12), calendar) == []
    assert [form for form in FORMS if not form.scheduled] == [OnEvent]


def test_due_runs_from_the_event(read, calendar):
    cadence = read({"on": "change", "within": "2wd"})

    assert cadence.due(FRIDAY, calendar) == datetime(2026, 2, 24, 23, 59, 59, tzinfo=SHANGHAI)


def test_an_event_without_a_limit_is_never_due(read, calendar):
    assert read({"on": "change"}).due(FRIDAY, calendar) is None


def test_the_bare_key_on_of_yaml_is_understood(read):
    assert read(yaml.safe_load("on: release")) == OnEvent(on="release")


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_a_chinese_label(read, event):
    assert read({"on": event}).label.isascii() is False
    assert event not in read({"on": event}).label


@pytest.mark.parametrize("wrong", [{"on": "birthday"}, {"on": "change", "within": "soon"}])
def test_anything_else_is_refused(read, wrong):
    with pytest.raises(ValidationError):
        read(wrong)
