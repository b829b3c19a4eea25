"""Event logs of another desk, made up: 36 columns, one row a change, with what real ones have wrong with them."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

HEADER = (
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla",
    "caller_id", "opened_by", "opened_at", "sys_created_by", "sys_created_at", "sys_updated_by", "sys_updated_at",
    "contact_type", "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "priority",
    "assignment_group", "assigned_to", "knowledge", "u_priority_confirmation", "notify", "problem_id", "rfc", "vendor",
    "caused_by", "closed_code", "resolved_by", "resolved_at", "closed_at",
)  # fmt: skip
FIRST = datetime(2016, 2, 29, 1, 16)  # noqa: DTZ001 (a log says no zone)
_WAITS = ("Awaiting User Info",) * 9 + ("Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence")
_PRIORITIES = ("1 - Critical", "2 - High", *("3 - Moderate",) * 12, "4 - Low")
_CHANNELS = (*("Phone",) * 20, "Self service", "Email", "IVR", "Direct opening")


def day_first(moment: datetime) -> str:
    """As such logs write it: 29/2/2016 01:16."""
    return f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"


def row(**values: str) -> dict[str, str]:
    """A row of one incident, opened 3/2/2016 09:00 (the third of February), with these cells otherwise."""
    usual = dict.fromkeys(HEADER, "?") | {
        "number": "INC0000001", "incident_state": "New", "active": "true", "reassignment_count": "0",
        "reopen_count": "0", "sys_mod_count": "0", "made_sla": "true", "caller_id": "Caller 2403",
        "opened_by": "Opened by  8", "opened_at": "3/2/2016 09:00", "sys_updated_by": "Updated by 21",
        "sys_updated_at": "3/2/2016 09:05", "contact_type": "Phone", "location": "Location 143",
        "category": "Category 55", "subcategory": "Subcategory 170", "u_symptom": "Symptom 72",
        "impact": "2 - Medium", "urgency": "2 - Medium", "priority": "3 - Moderate", "assignment_group": "Group 56",
    }  # fmt: skip
    return usual | values


def solved_log(**values: str) -> list[dict[str, str]]:
    """The four rows of an incident that waited an hour for the caller and was closed; these cells in all of them."""
    ends = {"resolved_at": "3/2/2016 12:00", "closed_at": "8/2/2016 12:00"} | values
    return [
        row(**ends),
        row(incident_state="Active", sys_mod_count="1", sys_updated_at="3/2/2016 09:20", **ends),
        row(incident_state="Awaiting User Info", sys_mod_count="2", sys_updated_at="3/2/2016 10:00", **ends),
        row(incident_state="Active", sys_mod_count="3", sys_updated_at="3/2/2016 11:00", **ends),
        row(incident_state="Resolved", sys_mod_count="4", sys_updated_at="3/2/2016 12:00", **ends),
        row(incident_state="Closed", sys_mod_count="5", sys_updated_at="8/2/2016 12:00", **ends),
    ]


def text_of(rows: list[dict[str, str]], header: tuple[str, ...] = HEADER) -> str:
    """The rows as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cells.get(name, "") for name in header] for cells in rows)
    return out.getvalue()


def make_event_log(*, incidents: int, seed: int, damaged: bool = False) -> str:
    """A log of so many incidents, rows of one scattered among those of others; the same seed makes the same log.

    It has waits, reopenings, unknown states, repeated rows and rows before their opening. `damaged` adds incidents that
    cannot come in: unreadable dates, no opening, closed before they were opened.
    """
    chance = random.Random(seed)
    moment, found = FIRST, []
    for number in range(incidents):
        moment += timedelta(minutes=chance.expovariate(1 / 20))
        rows = list(_incident(chance, f"INC{45 + number:07d}", moment))
        if damaged and chance.random() < 0.2:
            _damage(chance, rows)
        found += rows
    # The export walks through the table a block at a time, so that rows of one incident do not stand together.
    for first in range(0, len(found), 40):
        block = found[first : first + 40]
        chance.shuffle(block)
        found[first : first + 40] = block
    return text_of(found)


def _incident(chance: random.Random, number: str, opened: datetime) -> Iterator[dict[str, str]]:
    cells = _cells(chance, number, opened)
    course = list(_course(chance, opened))
    solved = [at for state, at in course if state == "Resolved"]
    closed = course[-1][1] if course[-1][0] == "Closed" else None
    cells["resolved_at"] = day_first(solved[-1]) if solved and chance.random() > 0.02 else "?"
    cells["closed_at"] = day_first(closed) if closed else "?"
    cells["made_sla"] = "true" if chance.random() < 0.93 else "false"
    reopened, was_solved = 0, False
    for count, (state, at) in enumerate(course):
        reopened += was_solved and state == "Active"
        was_solved = state == "Resolved"
        if state == "Active" and chance.random() < 0.4:
            cells["assignment_group"] = f"Group {chance.randint(1, 79)}"
            cells["assigned_to"] = f"Resolver {chance.randint(1, 240)}"
        if chance.random() < 0.02:
            cells["priority"] = chance.choice(_PRIORITIES)
        shown = "-100" if chance.random() < 0.001 else state
        skew = timedelta(hours=count == 0 and chance.random() < 0.01)
        told = cells | {
            "incident_state": shown, "sys_mod_count": str(count), "reopen_count": str(reopened),
            "sys_updated_at": day_first(at - skew), "sys_updated_by": f"Updated by {chance.randint(1, 850)}",
            "active": str(state != "Closed").lower(),
        }  # fmt: skip
        yield told
        if chance.random() < 0.002:
            yield dict(told)


def _course(chance: random.Random, opened: datetime) -> Iterator[tuple[str, datetime]]:
    at = opened + timedelta(minutes=chance.randint(0, 12))
    yield "New", at
    for _ in range(chance.choice((0, 0, 1))):
        at += timedelta(minutes=chance.expovariate(1 / 40))
        yield "New", at
    if chance.random() < 0.02:
        return
    while True:
        for _ in range(chance.choice((0, 1, 1, 2, 5))):
            at += timedelta(minutes=chance.expovariate(1 / 300))
            yield "Active", at
            if chance.random() < 0.28:
                at += timedelta(minutes=chance.expovariate(1 / 60))
                yield chance.choice(_WAITS), at
        at += timedelta(minutes=chance.expovariate(1 / 600))
        yield "Resolved", at
        if chance.random() > 0.03:
            break
        at += timedelta(minutes=chance.expovariate(1 / 900))
        yield "Active", at
    at += timedelta(days=5)
    if chance.random() < 0.98:
        yield "Closed", at


def _cells(chance: random.Random, number: str, opened: datetime) -> dict[str, str]:
    return row(
        number=number, caller_id=f"Caller {chance.randint(1, 5_500)}", opened_by=f"Opened by  {chance.randint(1, 210)}",
        opened_at=day_first(opened), sys_created_by=f"Created by {chance.randint(1, 190)}",
        sys_created_at=day_first(opened), contact_type=chance.choice(_CHANNELS),
        location=f"Location {chance.randint(1, 225)}", category=f"Category {chance.randint(1, 60)}",
        subcategory=f"Subcategory {chance.randint(1, 255)}",
        u_symptom=f"Symptom {chance.randint(1, 525)}" if chance.random() < 0.75 else "?",
        priority=chance.choice(_PRIORITIES), closed_code=f"code {chance.randint(1, 17)}",
        resolved_by=f"Resolved by {chance.randint(1, 216)}", notify="Do Not Notify", knowledge="false",
        u_priority_confirmation="false",
    )  # fmt: skip


def _damage(chance: random.Random, rows: list[dict[str, str]]) -> None:
    """Make an incident one that cannot come in."""
    match chance.randrange(4):
        case 0:
            chance.choice(rows)["sys_updated_at"] = "31/2/2016 09:00"
        case 1:
            chance.choice(rows)["sys_updated_at"] = "?"
        case 2:
            for cells in rows:
                cells["opened_at"] = "?"
        case _:
            chance.choice(rows)["opened_at"] = "2/29/2016 01:16"
