"""What a step asks for beyond its state: texts, moments and files, whose approval counts, when work may be done.

Part of the actions that call it, never called by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.enums import FileRole, TicketKind
from kangwei.servicedesk.lifecycles import APART, ASKED, LIFECYCLES, Step
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import speaks_for_owner
from kangwei.servicedesk.queries.rounds import approval_of, release_of

ENDS = ("solve", "close", "cancel", "reopen")
NamedFile = tuple[str, bytes]
"""The name and the content of a file."""


@dataclass(frozen=True)
class Given:
    """What comes with a step of a ticket: who takes it, when it was done, and what was asked for."""

    ticket: Ticket
    actor: Actor
    at: datetime
    texts: Mapping[str, str]
    moments: Mapping[str, datetime] = field(default_factory=dict)
    files: Mapping[FileRole, NamedFile] = field(default_factory=dict)

    def said(self, step: Step) -> str:
        """The texts and moments as the timeline shows them."""
        parts = [(name, moment_text(self.moments[name])) for name in step.moments]
        parts += [(name, self.texts.get(name, "").strip()) for name in (*step.asks, *step.may_say)]
        shown = [(name, text) for name, text in parts if text and name not in APART]
        return "\n".join(f"{ASKED[name]}：{text}" if len(shown) > 1 else text for name, text in shown)

    @property
    def data(self) -> dict[str, str]:
        """The texts, and the moments as ISO 8601, as they are kept with the step."""
        return dict(self.texts) | {name: moment.isoformat() for name, moment in self.moments.items()}


def file_field(role: FileRole) -> str:
    """The field of a form that takes the file of this role, named in refusals."""
    return f"file_{role}"


def moment_text(moment: datetime) -> str:
    """A moment as people read it, in Asia/Shanghai."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def check(step: Step, given: Given, now: datetime) -> None:
    """ActionError, at its field, where something that the step asks for is missing or does not fit."""
    for name in step.asks:
        if not given.texts.get(name, "").strip():
            raise ActionError(f"请填写{ASKED[name]}", field=name)
    for name in step.moments:
        if name not in given.moments:
            raise ActionError(f"请填写{ASKED[name]}", field=name)
    for role in step.files:
        if role not in given.files:
            raise ActionError(f"请附上{role.label}文件", field=file_field(role))
    for role in given.files:
        if role not in (*step.files, *step.may_bring):
            raise ActionError(f"{step.label}不收{role.label}文件", field=file_field(role))
    if given.at > now:
        raise ActionError("时间晚于现在", field="at")
    if given.at != now:
        _in_order(step, given)
    for rule in _RULES.get((TicketKind(given.ticket.kind), step.id), ()):
        rule(given)


def _in_order(step: Step, given: Given) -> None:
    """What was done before now was done after the ticket came, and its end after every step that led there.

    Steps on the way may be entered out of their order. Times come by the minute.
    """
    ticket = given.ticket
    before = [ticket.opened_at]
    if step.id in ENDS:
        steps = [one.id for one in LIFECYCLES[TicketKind(ticket.kind)]]
        before += [event.at for event in ticket.events.filter(action__in=steps)]
        before += [pause.started_at for pause in ticket.pauses.filter(ended_at=None)]
    if given.at < (latest := max(before).replace(second=0, microsecond=0)):
        raise ActionError(f"时间早于此前的记录 {moment_text(latest)}", field="at")


def _owner_or_paper(given: Given) -> None:
    """What is done to a system in use is for its owner to decide, never for the supplier who does it.

    So the owner's own people approve here by themselves, and anybody else only writes down an approval that was given
    on paper, which then lies with the ticket. Whoever submitted may approve too where they speak for the owner: it is
    the owner's consent that counts, not a second pair of eyes.
    """
    if FileRole.APPROVAL not in given.files and not speaks_for_owner(given.actor, given.ticket.contract):
        raise ActionError("由甲方批准：请甲方人员登录批准，或附上书面批准文件", field=file_field(FileRole.APPROVAL))


def _window_in_order(given: Given) -> None:
    if given.moments["window_from"] >= given.moments["window_to"]:
        raise ActionError("发布窗口的止应晚于起", field="window_to")
    if given.moments["window_to"] <= given.at:
        raise ActionError("发布窗口在批准之前就已结束", field="window_to")


def _in_window(given: Given) -> None:
    release = release_of(given.ticket)
    if release.holds(given.at) or given.texts.get("outside", "").strip():
        return
    raise ActionError(f"不在已批准的发布窗口 {release.window} 内，请写明理由", field="outside")


def _watched_afterwards(given: Given) -> None:
    if given.moments["watch_until"] <= given.at:
        raise ActionError("跟踪观察至应晚于发布时间", field="watch_until")


def _watched(given: Given) -> None:
    until = release_of(given.ticket).watch_until
    if until and given.at < until:
        raise ActionError(f"跟踪观察至 {moment_text(until)}，到时才能通过；有问题请回退", field="at")


def _backed_up_before(given: Given) -> None:
    """A backup made afterwards holds what was there before no more."""
    if given.moments["backed_up_at"] > given.at:
        raise ActionError("备份应在执行之前完成", field="backed_up_at")


def _approved_before(given: Given) -> None:
    """An approval may be entered after the work, but not be given after it."""
    approved_at = approval_of(given.ticket)
    if approved_at and given.at < approved_at.replace(second=0, microsecond=0):
        raise ActionError(f"实施时间早于批准时间 {moment_text(approved_at)}", field="at")


Rule = Callable[[Given], None]
_RULES: dict[tuple[TicketKind, str], tuple[Rule, ...]] = {
    (TicketKind.CHANGE, "approve"): (_owner_or_paper,),
    (TicketKind.RELEASE, "approve"): (_owner_or_paper, _window_in_order),
    (TicketKind.CHANGE, "carry_out"): (_approved_before,),
    (TicketKind.RELEASE, "carry_out"): (_approved_before, _in_window, _watched_afterwards),
    (TicketKind.RELEASE, "solve"): (_watched,),
    (TicketKind.DATA_FIX, "carry_out"): (_approved_before, _backed_up_before),
}
