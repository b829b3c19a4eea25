"""What becomes of a practice ticket: every step drawn beforehand, each done with the ticket as it then is."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from kangwei.base.audit import System
from kangwei.core.calendars import SHANGHAI, bundled_calendar, day_start, local_day
from kangwei.servicedesk import actions
from kangwei.servicedesk.assessing import listed_for
from kangwei.servicedesk.dispatching import Part, Position
from kangwei.servicedesk.enums import (
    Channel,
    Demand,
    FileRole,
    Method,
    PauseReason,
    RatedBy,
    Signer,
    SolvedHow,
    TicketKind,
    Tier,
)
from kangwei.servicedesk.lifecycles import step_of
from kangwei.servicedesk.queries import scale_of
from kangwei.simulation import calls
from kangwei.simulation.papers import practice_paper
from kangwei.simulation.story import dice_for
from kangwei.simulation.strokes import signature
from kangwei.simulation.work import Step

if TYPE_CHECKING:
    from kangwei.servicedesk.models import Dispatch, Ticket
    from kangwei.simulation.desk import Desk

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = {
    TicketKind.INCIDENT: 56, TicketKind.REQUEST: 22, TicketKind.PROBLEM: 2, TicketKind.CHANGE: 6,
    TicketKind.RELEASE: 3, TicketKind.DATA_FIX: 5, TicketKind.SECURITY_ORDER: 2, TicketKind.COMPLAINT: 10,
}  # fmt: skip
CHANNELS = (Channel.PHONE,) * 6 + (Channel.CHAT, Channel.MAIL, Channel.VISIT)
OPENS, CLOSES = 9, 18


def in_office(at: datetime, minutes: int) -> datetime:
    """The moment itself in office hours, else so many minutes after the next ones begin."""
    day, hour, calendar = local_day(at), at.astimezone(SHANGHAI).hour, bundled_calendar()
    if calendar.is_working_day(day) and OPENS <= hour < CLOSES:
        return at
    day += DAY if hour >= OPENS else timedelta()
    while not calendar.is_working_day(day):
        day += DAY
    return day_start(day) + OPENS * HOUR + minutes * MINUTE


class Life:
    """One ticket of a desk from its opening on. `at` is the moment that is being drawn."""

    def __init__(self, desk: "Desk", number: int, opened_at: datetime) -> None:
        self.desk, self.at = desk, opened_at
        self.dice = dice_for(desk.seed, desk.contract.code, "ticket", str(number))
        self._key = f"ticket|{desk.contract.code}|{number:04d}"
        self._steps: list[Step] = []
        self._ticket: Ticket
        self._dispatch: Dispatch
        self._rated = False

    def steps(self) -> list[Step]:
        """The steps that fall before the story ends, in their order."""
        kinds = KINDS if self.desk.takes_orders else KINDS | {TicketKind.COMPLAINT: 0}
        self._kind = self.dice.choices(list(kinds), list(kinds.values()))[0]
        {
            TicketKind.CHANGE: self._change, TicketKind.RELEASE: self._release, TicketKind.DATA_FIX: self._data_fix,
            TicketKind.SECURITY_ORDER: self._security_order, TicketKind.COMPLAINT: self._order,
        }.get(self._kind, self._trouble)()  # fmt: skip
        return [step for step in self._steps if step.at <= self.desk.until]

    # The stories: what is drawn for each kind.

    def _trouble(self) -> None:
        if self._kind != TicketKind.PROBLEM and self._chance(0.18):
            self._do(self._answer_call)
            return self._ending()
        self._do(self._open)
        self._after(1, 3)
        self._do(self._assign)
        if self._chance(0.05) and self.desk.neighbours:
            self._after(2, 20)
            self._do(partial(self._hand_over, self.dice.choice(self.desk.neighbours)))
        self._respond()
        if self._chance(0.04):
            self._after(5, 60)
            return self._do(self._step("cancel", by="project_manager", reason="报告人撤回"))
        if self.desk.escalates and self._chance(0.2):
            self._after(10, 40)
            self._do(self._escalate)
        if self._chance(0.2):
            self._wait()
        if self._chance(0.22) and self._kind != TicketKind.PROBLEM:
            self._visit()
        else:
            self._solve(SolvedHow.PHONE if self._chance(0.3) else SolvedHow.REMOTE)
        if self._chance(0.06):
            self._after(60, 600, office=True)
            self._do(self._step("reopen", by="project_manager", reason="问题又出现"))
            self._solve(SolvedHow.REMOTE)
        self._ending()

    def _order(self) -> None:
        self._do(self._open_order)
        self._respond()
        self._after(*((15, 80) if self._chance(0.85) else (150, 400)))
        self._do(self._step("reply", reply="已联系诉求人，正在核实"))
        self._solve(SolvedHow.PHONE)
        self._after(20, 400, office=True)
        self._do(self._step("close"))
        self._after(3 * 24 * 60, 8 * 24 * 60, office=True)
        self._do(self._verdict)

    def _change(self) -> None:
        self._do(self._open)
        self._after(10, 120, office=True)
        self._do(self._step("assess"))
        self._after(60, 600, office=True)
        self._do(self._step("submit", assessment="影响可控，可随时恢复原状"))
        self._approved(approved_by=self.desk.crew.manager.name)
        self._after(120, 1200, office=True)
        self._do(self._step("carry_out", result="按方案完成"))
        self._after(20, 120, office=True)
        if self._chance(0.1):
            return self._do(self._step("roll_back", reason="实施后变慢，恢复原状"))
        self._do(self._step("solve", check="运行正常"))
        self._ending()

    def _release(self) -> None:
        self._do(self._open)
        self._after(10, 120, office=True)
        self._do(self._step("prepare"))
        self._after(120, 900, office=True)
        self._do(self._step("submit", checklist="已备份，已通知用户", rollback="换回上一版本"))
        self._after(60, 600, office=True)
        evening = day_start(local_day(self.at)) + DAY + 20 * HOUR
        approve = partial(self._step, "approve", by="manager", approved_by=self.desk.crew.manager.name)
        self._do(approve(moments={"window_from": evening - self.at, "window_to": evening + 3 * HOUR - self.at}))
        self.at = evening
        self._after(5, 90)
        self._do(self._step("carry_out", moments={"watch_until": 10 * HOUR}, result="发布完成"))
        self._after(11 * 60, 14 * 60, office=True)
        self._do(self._step("solve", check="观察期内正常"))
        self._ending()

    def _data_fix(self) -> None:
        self._do(self._open)
        self._after(10, 60, office=True)
        rows = self.dice.randint(1, 60)
        self._do(self._step("submit", scope=f"{rows} 条记录"))
        approval = f"练习批准第 {self.dice.randint(1, 999)} 号"
        self._approved(files=(FileRole.APPROVAL,), approved_by=self.desk.crew.manager.name, approval=approval)
        self._after(60, 600, office=True)
        self._do(self._step(
            "carry_out", files=(FileRole.BACKUP,), moments={"backed_up_at": -40 * MINUTE}, backup="练习备份，12 MB",
            script="UPDATE practice SET state = 'fixed' WHERE batch = 7;", rows=str(rows), result="已更正",
        ))  # fmt: skip
        self._after(20, 120, office=True)
        self._do(self._step("solve", check="抽查无误"))
        self._ending()

    def _security_order(self) -> None:
        self._do(self._open)
        self._respond()
        self._after(60, 900, office=True)
        self._do(self._step("dispose", disposal="已核查并处置"))
        self._after(20, 90, office=True)
        self._do(self._step("reply", feedback="处置结果已报送"))
        self._ending()

    # What several stories share.

    def _respond(self) -> None:
        self._after(*((1, 8) if self._chance(0.88) else (20, 150)))
        self._do(self._step("respond"))

    def _approved(self, *, files: tuple[FileRole, ...] = (), **texts: str) -> None:
        self._after(60, 900, office=True)
        self._do(self._step("approve", by="manager", files=files, **texts))

    def _wait(self) -> None:
        self._after(5, 40)
        reason, said = self.dice.choice(list(zip(PauseReason, calls.WAITS, strict=True)))
        self._do(partial(self._pause, reason, said))
        self._after(60, 1500, office=True)
        self._do(self._resume)

    def _solve(self, how: SolvedHow) -> None:
        self._after(*((10, 100) if self._chance(0.8) else (200, 900)))
        self._do(self._step(
            "solve", more={"solved_how": how, "cause": self.dice.choice(calls.CAUSES)},
            solution=self.dice.choice(calls.SOLUTIONS),
        ))  # fmt: skip

    def _visit(self) -> None:
        self._after(3, 20)
        self._do(self._issue)
        self._after(2, 10)
        self._do(lambda at: actions.accept_dispatch(dispatch=self._dispatch, actor=self._crew.engineer, now=at))
        self._after(2, 15)
        self._do(lambda at: actions.depart(dispatch=self._dispatch, actor=self._crew.engineer, now=at))
        self._after(*((20, 60) if self._chance(0.8) else (180, 420)))
        # Without a signal the arrival is entered once there is one again.
        before = self.dice.randint(10, 15) * MINUTE if self._chance(0.15) else timedelta()
        self._do(partial(self._check_in, before, self._position()))
        self._after(20, 90)
        self._do(partial(self._finish, [Part("练习网卡", 1, "块")] if self._chance(0.3) else []))
        self._rated = self._chance(0.6)
        score = self._score() if self._rated else None
        for signer in Signer:
            self._after(1, 3)
            self._do(partial(self._sign, signer, signature(self.dice), score if signer == Signer.REQUESTER else None))
        self._after(1, 10)
        self._do(self._step("solve", more={"solved_how": SolvedHow.ONSITE, "cause": "部件老化"}, solution="现场处理后正常"))

    def _ending(self) -> None:
        """Most tickets are closed within a day or two, and every other one is rated."""
        if self._chance(0.95):
            self._after(20, 1600, office=True)
            self._do(self._step("close"))
        if not self._rated and self._chance(0.5):
            self._after(5, 600)
            self._do(partial(self._rate, self._score(), self.dice.choice(calls.COMMENTS)))

    # How the dice and the moments go on.

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _score(self) -> float:
        """A share of full marks."""
        return self.dice.choices((1.0, 0.9, 0.5), (70, 22, 8))[0]

    def _position(self) -> Position:
        east, north = self.dice.randint(0, 10**6), self.dice.randint(0, 10**6)
        return Position(Decimal(39_500_000 + north) / 10**6, Decimal(116_000_000 + east) / 10**6, 20)

    def _after(self, first: int, last: int, *, office: bool = False) -> None:
        """Let so many minutes pass; what nobody hurries for waits for office hours."""
        self.at += self.dice.randint(first, last) * MINUTE
        if office:
            self.at = in_office(self.at, self.dice.randint(5, 60))

    def _do(self, act: Callable[[datetime], object]) -> None:
        """Have this done at the present moment of the story."""
        at = self.at
        self._steps.append(Step(at, f"{self._key}|{len(self._steps):02d}", lambda: self._acted(act, at)))

    def _acted(self, act: Callable[[datetime], object], at: datetime) -> None:
        act(at)
        self.desk.deadlines.watch(self._ticket)

    # What is done, each by one action.

    @property
    def _crew(self) -> Any:
        return self.desk.crew

    def _step(
        self, step: str, *, by: str = "engineer", files: tuple[FileRole, ...] = (),
        moments: Mapping[str, timedelta] | None = None, more: Mapping[str, Any] | None = None, **texts: str,
    ) -> Callable[[datetime], None]:  # fmt: skip
        """A step of the ticket's life, by whom of the crew; `moments` are told from when it is done."""

        def take(at: datetime) -> None:
            self._ticket = actions.take_step(
                ticket=self._ticket, step=step, actor=getattr(self._crew, by), now=at,
                moments={name: at + away for name, away in (moments or {}).items()},
                files={role: self._paper(role, at) for role in files}, **self._gone_through(step, texts), **(more or {}),
            )  # fmt: skip

        return take

    def _gone_through(self, step: str, texts: dict[str, str]) -> dict[str, Any]:
        """The texts of a step; where the contract lists points for one of them, with the answer to each."""
        found = step_of(TicketKind(self._ticket.kind), step)
        listed = listed_for(self._ticket, found) if found else None
        if listed is None:
            return {"texts": texts}
        answer = next(iter(listed.answers))
        points = [{"point": point, "effect": answer, "remark": ""} for point in listed.points]
        lines = [f"{n}. {point}：{listed.answers[answer]}" for n, point in enumerate(listed.points, 1)]
        closing = texts[listed.text]
        said = "\n".join([*lines, f"{listed.closing}：{closing}"])
        return {"texts": texts | {listed.text: said}, "details": {"points": points, "conclusion": closing}}

    def _paper(self, role: FileRole, at: datetime) -> tuple[str, bytes]:
        if role == FileRole.BACKUP:
            return "练习备份日志.txt", f"练习数据\n{self._ticket.number} 备份完成 {at:%Y%m%d%H%M}Z\n".encode()
        return "练习批件.docx", practice_paper(f"{role.label} {self._ticket.number}", [self._ticket.title], moment=at)

    def _open(self, at: datetime) -> None:
        self._ticket = actions.open_ticket(**self._reported(), now=at, actor=self._crew.clerk)

    def _answer_call(self, at: datetime) -> None:
        self._ticket = actions.open_and_solve(
            **self._reported(), solution="电话指导后完成", solved_how=SolvedHow.PHONE, now=at, actor=self._crew.clerk
        )

    def _open_order(self, at: datetime) -> None:
        said = {name: value for name, value in self._reported().items() if name not in ("kind", "channel", "description")}
        self._ticket = actions.open_order(
            **said, order_number=f"练习-{self._key.removeprefix('ticket|')}", demand=self.dice.choice(list(Demand)),
            text=calls.NOTE, received_at=at - self.dice.randint(2, 20) * MINUTE, now=at, actor=self._crew.clerk,
        )  # fmt: skip

    def _reported(self) -> dict[str, Any]:
        """What the ticket is about and who reports it, in the words of the contract."""
        dice, desk = self.dice, self.desk
        system = dice.choice(desk.systems) if desk.systems else None
        institution = dice.choice(desk.institutions)
        title = f"{system.name if system else calls.NO_SYSTEM}{dice.choice(calls.MATTERS[self._kind])}"
        graded = desk.grades and self._kind == TicketKind.INCIDENT
        calling = desk.callers and self._chance(0.7)
        return {
            "contract": desk.contract, "kind": self._kind, "title": title, "description": f"{title}{calls.NOTE}",
            "channel": dice.choice(CHANNELS), "system": system, "institution": institution,
            "place": calls.place_among(desk.places, institution), **calls.caller(dice),
            "severity": dice.choices(desk.grades, [6**-n for n in range(len(desk.grades))])[0] if graded else "",
            "caller_kind": dice.choice(desk.callers) if calling else "",
        }  # fmt: skip

    def _assign(self, at: datetime) -> None:
        self._ticket = actions.assign(
            ticket=self._ticket, assignee=self._crew.engineer, team=self.desk.team, text="", actor=self._crew.clerk, now=at
        )

    def _hand_over(self, other: "Desk", at: datetime) -> None:
        ended = self._ticket
        self._ticket = actions.hand_over(
            ticket=ended, contract=other.contract, reason="属另一合同的范围", actor=self._crew.manager, now=at
        )
        self.desk.deadlines.watch(ended)
        self.desk = other

    def _escalate(self, at: datetime) -> None:
        actions.change_facts(
            ticket=self._ticket, values={"tier": Tier.SECOND}, reason="一线未能解决", actor=self._crew.engineer, now=at
        )

    def _pause(self, reason: PauseReason, said: str, at: datetime) -> None:
        self._ticket = actions.pause(ticket=self._ticket, reason=reason, text=said, actor=self._crew.engineer, now=at)

    def _resume(self, at: datetime) -> None:
        self._ticket = actions.resume(ticket=self._ticket, text="", actor=self._crew.engineer, now=at)

    def _issue(self, at: datetime) -> None:
        place = self._ticket.institution.name if self._ticket.institution else calls.NO_SYSTEM
        self._dispatch = actions.issue_dispatch(
            ticket=self._ticket, engineer=self._crew.engineer, task="到场查看并处理", address=f"{place}信息科",
            planned_at=at + HOUR, actor=self._crew.project_manager, now=at,
        )  # fmt: skip

    def _check_in(self, before: timedelta, position: Position, at: datetime) -> None:
        actions.check_in(
            dispatch=self._dispatch, actor=self._crew.engineer, now=at, at=at - before if before else None,
            position=position,
        )  # fmt: skip

    def _finish(self, parts: list[Part], at: datetime) -> None:
        actions.finish_visit(
            dispatch=self._dispatch, work_done="检查后处理，试用正常", parts=parts, actor=self._crew.engineer, now=at
        )

    def _sign(self, signer: Signer, image: str, score: float | None, at: datetime) -> None:
        full = scale_of(self._ticket.contract).of
        names = {Signer.REQUESTER: self._ticket.caller, Signer.CONFIRMER: "练习信息科长"}
        actions.sign_dispatch(
            dispatch=self._dispatch, signer=signer, name=names.get(signer, self._crew.engineer.name), image=image,
            score=None if score is None else round(score * full), actor=self._crew.engineer, now=at,
        )  # fmt: skip

    def _rate(self, score: float, comment: str, at: datetime) -> None:
        ticket, full = self._ticket, scale_of(self._ticket.contract).of
        actions.rate(
            ticket=ticket, score=round(score * full), rated_by=RatedBy.LINK, name=ticket.caller, comment=comment,
            actor=System(f"报告人 {ticket.caller}"), now=at,
        )  # fmt: skip

    def _verdict(self, at: datetime) -> None:
        """What the line's own call-back found; some it has not asked for."""
        responded, solved, satisfied = self._chance(0.97), self._chance(0.93), self._chance(0.88)
        actions.set_verdict(
            order=self._ticket.hotline, responded=responded, solved=solved,
            satisfied=satisfied if self._chance(0.8) else None, actor=self._crew.clerk, now=at,
        )  # fmt: skip
