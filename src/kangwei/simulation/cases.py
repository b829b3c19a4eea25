"""One practice ticket as it stands, and everything that is done with it: each by one action of the desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kangwei.base.audit import System
from kangwei.knowledge import actions as knowledge
from kangwei.knowledge.queries import same_title
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import (
    Channel,
    Demand,
    FileRole,
    PauseReason,
    RatedBy,
    Signer,
    SolvedHow,
    TicketKind,
    Tier,
)
from kangwei.servicedesk.lifecycles import step_of
from kangwei.servicedesk.queries import scale_of
from kangwei.servicedesk.queries.assessing import listed_for
from kangwei.servicedesk.queries.dispatching import Part, Position
from kangwei.servicedesk.queries.knowing import articles_about
from kangwei.simulation import calls
from kangwei.simulation.papers import practice_paper
from kangwei.simulation.story import dice_for
from kangwei.simulation.strokes import signature

if TYPE_CHECKING:
    from kangwei.knowledge.models import Article
    from kangwei.servicedesk.models import Dispatch, Ticket
    from kangwei.simulation.crew import Crew
    from kangwei.simulation.desk import Desk

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CHANNELS = (Channel.PHONE,) * 6 + (Channel.CHAT, Channel.MAIL, Channel.VISIT)
MILD = 6
"""So many times rarer than the grade before it is each graver one."""


class Case:
    """A ticket of a desk, which another desk may take over; its dice are its own. Everything is done `at` a moment."""

    def __init__(self, desk: "Desk", kind: TicketKind, key: str) -> None:
        self.desk, self.kind, self.key = desk, kind, key
        self.dice = dice_for(desk.seed, key, "case")
        self.ticket: Ticket
        self._dispatch: Dispatch
        self._article: Article | None = None

    @property
    def _crew(self) -> "Crew":
        return self.desk.crew

    def open(self, at: datetime) -> None:
        self.ticket = actions.open_ticket(**self._reported(), actor=self._crew.clerk, now=at)

    def answer_call(self, at: datetime) -> None:
        self.ticket = actions.open_and_solve(
            **self._reported(), solution="电话指导后完成", solved_how=SolvedHow.PHONE, actor=self._crew.clerk, now=at
        )

    def open_order(self, at: datetime) -> None:
        said = self._reported()
        said = {name: said[name] for name in said if name not in ("kind", "channel", "description")}
        self.ticket = actions.open_order(
            **said, order_number=f"练习-{self.key}", demand=self.dice.choice(list(Demand)), text=calls.NOTE,
            received_at=at - self.dice.randint(2, 20) * MINUTE, actor=self._crew.clerk, now=at,
        )  # fmt: skip

    def _reported(self) -> dict[str, Any]:
        """What the ticket is about and who reports it, in the words of the contract."""
        dice, desk = self.dice, self.desk
        system = dice.choice(desk.systems) if desk.systems else None
        institution = dice.choice(desk.institutions)
        title = f"{system.name if system else calls.NO_SYSTEM}{dice.choice(calls.MATTERS[self.kind])}"
        graded = desk.grades and self.kind == TicketKind.INCIDENT
        weights = [MILD**-n for n in range(len(desk.grades))]
        return {
            "contract": desk.contract, "kind": self.kind, "title": title, "description": f"{title}{calls.NOTE}",
            "channel": dice.choice(CHANNELS), "system": system, "institution": institution,
            "place": calls.place_among(desk.places, institution), **calls.caller(dice),
            "severity": dice.choices(desk.grades, weights)[0] if graded else "",
            "caller_kind": dice.choice(["", *desk.callers]),
        }  # fmt: skip

    def assign(self, at: datetime) -> None:
        self.ticket = actions.assign(
            ticket=self.ticket, assignee=self._crew.engineer, team=self.desk.team, text="", actor=self._crew.clerk,
            now=at,
        )  # fmt: skip

    def take(
        self, step: str, at: datetime, *, by: str = "engineer", files: Sequence[FileRole] = (),
        moments: Mapping[str, timedelta] | None = None, more: Mapping[str, Any] | None = None, **texts: str,
    ) -> None:  # fmt: skip
        """A step of the ticket's life, by whom of the crew; `moments` are told from when it is done."""
        self.ticket = actions.take_step(
            ticket=self.ticket, step=step, actor=getattr(self._crew, by), now=at,
            moments={name: at + away for name, away in (moments or {}).items()},
            files={role: self._paper(role, at) for role in files}, **self._gone_through(step, texts), **(more or {}),
        )  # fmt: skip

    def _gone_through(self, step: str, texts: dict[str, str]) -> dict[str, Any]:
        """The texts of a step; where the contract lists points for one of them, with the answer to each."""
        found = step_of(TicketKind(self.ticket.kind), step)
        listed = listed_for(self.ticket, found) if found else None
        if listed is None:
            return {"texts": texts}
        answer = next(iter(listed.answers))
        points = [{"point": point, "effect": answer, "remark": ""} for point in listed.points]
        lines = [f"{n}. {point}：{listed.answers[answer]}" for n, point in enumerate(listed.points, 1)]
        said = "\n".join([*lines, f"{listed.closing}：{texts[listed.text]}"])
        return {
            "texts": texts | {listed.text: said},
            "details": {"points": points, "conclusion": texts[listed.text]},
        }

    def _paper(self, role: FileRole, at: datetime) -> tuple[str, bytes]:
        if role == FileRole.BACKUP:
            return "练习备份日志.txt", f"练习数据\n{self.ticket.number} 备份完成 {at.isoformat()}\n".encode()
        return "练习批件.docx", practice_paper(f"{role.label} {self.ticket.number}", [self.ticket.title], moment=at)

    def look_up(self, at: datetime) -> None:
        """Take up what the knowledge base has that is nearest, if it has anything."""
        for article in articles_about(self._crew.engineer, self.ticket.contract, self.ticket.title, most=1):
            actions.take_up(ticket=self.ticket, article=article, actor=self._crew.engineer, now=at)

    def write_up(self, at: datetime) -> None:
        """Write down what the ticket taught and hand it in, where nobody wrote of the same before."""
        if same_title(self.ticket.contract.buyer, self.ticket.title):
            return
        by: dict[str, Any] = {"actor": self._crew.engineer, "now": at}
        self._article = actions.write_up(ticket=self.ticket, **by)
        knowledge.save_draft(article=self._article, values={"category": TicketKind(self.ticket.kind).label}, **by)
        knowledge.take_step(article=self._article, step="submit", **by)

    def judge_article(self, is_good: bool, at: datetime) -> None:
        """Publish what was written, or send it back."""
        if self._article:
            step, reason = ("publish", "") if is_good else ("send_back", "现象写得太简单，请写清提示文字")
            knowledge.take_step(article=self._article, step=step, reason=reason, actor=self._crew.manager, now=at)

    def pause(self, reason: PauseReason, text: str, at: datetime) -> None:
        self.ticket = actions.pause(ticket=self.ticket, reason=reason, text=text, actor=self._crew.engineer, now=at)

    def resume(self, at: datetime) -> None:
        self.ticket = actions.resume(ticket=self.ticket, text="", actor=self._crew.engineer, now=at)

    def escalate(self, at: datetime) -> None:
        actions.change_facts(
            ticket=self.ticket, values={"tier": Tier.SECOND}, reason="一线未能解决", actor=self._crew.engineer, now=at
        )

    def hand_over(self, other: "Desk", at: datetime) -> None:
        """To another desk of the same buyer, which goes on with the ticket that this opens there."""
        self.ticket = actions.hand_over(
            ticket=self.ticket, contract=other.contract, reason="属另一合同的范围", actor=self._crew.manager, now=at
        )
        self.desk = other

    def send_out(self, at: datetime) -> None:
        place = self.ticket.institution.name if self.ticket.institution else calls.NO_SYSTEM
        self._dispatch = actions.issue_dispatch(
            ticket=self.ticket, engineer=self._crew.engineer, task="到场查看并处理", address=f"{place}信息科",
            planned_at=at + HOUR, actor=self._crew.project_manager, now=at,
        )  # fmt: skip

    def accept(self, at: datetime) -> None:
        actions.accept_dispatch(dispatch=self._dispatch, actor=self._crew.engineer, now=at)

    def depart(self, at: datetime) -> None:
        actions.depart(dispatch=self._dispatch, actor=self._crew.engineer, now=at)

    def check_in(self, position: Position | None, before: timedelta, at: datetime) -> None:
        """Arrive; so long `before` it is entered where there was no signal."""
        actions.check_in(
            dispatch=self._dispatch, actor=self._crew.engineer, now=at, at=at - before if before else None,
            position=position,
        )  # fmt: skip

    def finish(self, parts: Sequence[Part], at: datetime) -> None:
        actions.finish_visit(
            dispatch=self._dispatch, work_done="检查后处理，试用正常", parts=parts, actor=self._crew.engineer, now=at
        )

    def sign(self, signer: Signer, share: float | None, at: datetime) -> None:
        """Whoever reported gives this share of full marks with the signature."""
        names = {Signer.REQUESTER: self.ticket.caller, Signer.CONFIRMER: "练习信息科长"}
        actions.sign_dispatch(
            dispatch=self._dispatch, signer=signer, name=names.get(signer, self._crew.engineer.name),
            image=signature(self.dice), score=None if share is None else self._score(share),
            actor=self._crew.engineer, now=at,
        )  # fmt: skip

    def rate(self, share: float, comment: str, at: datetime) -> None:
        caller = self.ticket.caller
        actions.rate(
            ticket=self.ticket, score=self._score(share), rated_by=RatedBy.LINK, name=caller, comment=comment,
            actor=System(f"报告人 {caller}"), now=at,
        )  # fmt: skip

    def _score(self, share: float) -> int:
        return round(share * scale_of(self.ticket.contract).of)

    def judge(self, responded: bool, solved: bool, satisfied: bool | None, at: datetime) -> None:
        """What the 12345 line's own call-back found."""
        actions.set_verdict(
            order=self.ticket.hotline, responded=responded, solved=solved, satisfied=satisfied,
            actor=self._crew.manager, now=at,
        )  # fmt: skip
