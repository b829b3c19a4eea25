"""What becomes of a practice ticket: every step drawn beforehand, to be done with the ticket as it then is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from kangwei.core.calendars import SHANGHAI, bundled_calendar, day_start, local_day
from kangwei.servicedesk.enums import FileRole, PauseReason, Signer, SolvedHow, TicketKind
from kangwei.servicedesk.queries.dispatching import Part, Position
from kangwei.simulation import calls
from kangwei.simulation.cases import HOUR, MINUTE, Case
from kangwei.simulation.story import dice_for
from kangwei.simulation.work import Step

if TYPE_CHECKING:
    from kangwei.simulation.desk import Desk

DAY = timedelta(days=1)
OPENS, CLOSES = 9, 18
KINDS = {
    TicketKind.INCIDENT: 56, TicketKind.REQUEST: 22, TicketKind.PROBLEM: 2, TicketKind.CHANGE: 6,
    TicketKind.RELEASE: 3, TicketKind.DATA_FIX: 5, TicketKind.SECURITY_ORDER: 2,
}  # fmt: skip
ORDERS = {TicketKind.COMPLAINT: 40}
"""How often one comes among the others, for a contract that takes orders of the 12345 line."""
ODDS = {
    "answered at once": 0.18, "handed over": 0.05, "slow response": 0.12, "cancelled": 0.04, "second line": 0.2,
    "waits": 0.2, "visit": 0.22, "by phone": 0.3, "slow solution": 0.2, "reopened": 0.06, "slow reply": 0.15,
    "rolled back": 0.1, "slow arrival": 0.2, "entered later": 0.15, "no position": 0.2, "parts": 0.3,
    "rated on the spot": 0.6, "left to confirm": 0.05, "rated": 0.5, "not responded": 0.03, "not solved": 0.07,
    "not asked": 0.2, "not satisfied": 0.12, "looked up": 0.4, "written down": 0.12, "sent back": 0.15,
}  # fmt: skip
"""How often something happens that does not always happen."""
SHARES, MOSTLY = tuple(calls.COMMENTS), (70, 22, 8)
"""Of full marks, and how often each is given."""


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
    """The story of one ticket of a desk, drawn from its opening on."""

    def __init__(self, desk: "Desk", number: int, opened_at: datetime) -> None:
        self._desk, self._at = desk, opened_at
        key = f"{desk.contract.code}-{number:04d}"
        self._dice = dice_for(desk.seed, key, "life")
        self._learning = dice_for(desk.seed, key, "knowledge")
        kinds = KINDS | (ORDERS if desk.takes_orders else {})
        self._kind = self._dice.choices(list(kinds), list(kinds.values()))[0]
        self._case = Case(desk, self._kind, key)
        self._steps: list[Step] = []
        self._rated = False

    def steps(self) -> list[Step]:
        """The steps that fall before the desk's story ends, in their order."""
        stories = {
            TicketKind.CHANGE: self._change, TicketKind.RELEASE: self._release, TicketKind.DATA_FIX: self._data_fix,
            TicketKind.SECURITY_ORDER: self._security_order, TicketKind.COMPLAINT: self._order,
        }  # fmt: skip
        stories.get(self._kind, self._trouble)()
        return [step for step in self._steps if step.at <= self._desk.until]

    # The stories.

    def _trouble(self) -> None:
        if self._kind != TicketKind.PROBLEM and self._happens("answered at once"):
            self._do(self._case.answer_call)
            self._ending()
            return
        self._do(self._case.open)
        self._after(1, 3)
        self._do(self._case.assign)
        if self._desk.neighbours and self._happens("handed over"):
            self._after(2, 20)
            self._do(partial(self._case.hand_over, self._dice.choice(self._desk.neighbours)))
        self._respond()
        if self._happens("cancelled"):
            self._after(5, 60)
            self._take("cancel", by="project_manager", reason="报告人撤回")
            return
        if self._learns("looked up"):
            self._do(self._case.look_up)
        self._work()
        if self._happens("reopened"):
            self._after(60, 600, office=True)
            self._take("reopen", by="project_manager", reason="问题又出现")
            self._solve(SolvedHow.REMOTE)
        self._ending()
        if self._learns("written down"):
            self._write_down()

    def _write_down(self) -> None:
        self._after(5, 60, office=True)
        self._do(self._case.write_up)
        self._after(300, 1500, office=True)
        self._do(partial(self._case.judge_article, not self._learns("sent back")))

    def _work(self) -> None:
        """What lies between the response and the solution."""
        if self._desk.escalates and self._happens("second line"):
            self._after(10, 40)
            self._do(self._case.escalate)
        if self._happens("waits"):
            self._wait()
        if self._kind != TicketKind.PROBLEM and self._happens("visit"):
            self._visit()
        else:
            self._solve(SolvedHow.PHONE if self._happens("by phone") else SolvedHow.REMOTE)

    def _order(self) -> None:
        self._do(self._case.open_order)
        self._respond()
        self._within("slow reply", (15, 80), (150, 400))
        self._take("reply", reply="已联系诉求人，正在核实")
        self._solve(SolvedHow.PHONE)
        self._after(20, 400, office=True)
        self._take("close")
        self._after(3 * 24 * 60, 8 * 24 * 60, office=True)
        responded, solved, satisfied = (
            not self._happens(f"not {said}") for said in ("responded", "solved", "satisfied")
        )
        unasked = self._happens("not asked")
        self._do(partial(self._case.judge, responded, solved, None if unasked else satisfied))

    def _change(self) -> None:
        self._do(self._case.open)
        self._after(10, 120, office=True)
        self._take("assess")
        self._after(60, 600, office=True)
        self._take("submit", assessment="影响可控，可随时恢复原状")
        self._after(60, 900, office=True)
        self._take("approve", by="manager", approved_by=self._desk.crew.manager.name)
        self._after(120, 1200, office=True)
        self._take("carry_out", result="按方案完成")
        self._after(20, 120, office=True)
        if self._happens("rolled back"):
            self._take("roll_back", reason="实施后变慢，恢复原状")
            return
        self._take("solve", check="运行正常")
        self._ending()

    def _release(self) -> None:
        self._do(self._case.open)
        self._after(10, 120, office=True)
        self._take("prepare")
        self._after(120, 900, office=True)
        self._take("submit", checklist="已备份，已通知用户", rollback="换回上一版本")
        self._after(60, 600, office=True)
        evening = day_start(local_day(self._at)) + DAY + 20 * HOUR
        window = {"window_from": evening - self._at, "window_to": evening + 3 * HOUR - self._at}
        self._take("approve", by="manager", moments=window, approved_by=self._desk.crew.manager.name)
        self._at = evening
        self._after(5, 90)
        self._take("carry_out", moments={"watch_until": 10 * HOUR}, result="发布完成")
        self._after(11 * 60, 14 * 60, office=True)
        self._take("solve", check="观察期内正常")
        self._ending()

    def _data_fix(self) -> None:
        rows, paper = self._dice.randint(1, 60), self._dice.randint(1, 999)
        self._do(self._case.open)
        self._after(10, 60, office=True)
        self._take("submit", scope=f"{rows} 条记录")
        self._after(60, 900, office=True)
        self._take(
            "approve", by="manager", files=[FileRole.APPROVAL], approved_by=self._desk.crew.manager.name,
            approval=f"练习批准第 {paper} 号",
        )  # fmt: skip
        self._after(60, 600, office=True)
        self._take(
            "carry_out", files=[FileRole.BACKUP], moments={"backed_up_at": -40 * MINUTE}, backup="练习备份，12 MB",
            script="UPDATE practice SET state = 'fixed' WHERE batch = 7;", rows=str(rows), result="已更正",
        )  # fmt: skip
        self._after(20, 120, office=True)
        self._take("solve", check="抽查无误")
        self._ending()

    def _security_order(self) -> None:
        self._do(self._case.open)
        self._respond()
        self._after(60, 900, office=True)
        self._take("dispose", disposal="已核查并处置")
        self._after(20, 90, office=True)
        self._take("reply", feedback="处置结果已报送")
        self._ending()

    # What several stories share.

    def _respond(self) -> None:
        self._within("slow response", (1, 8), (20, 150))
        self._take("respond")

    def _wait(self) -> None:
        self._after(5, 40)
        reason, text = self._dice.choice(list(zip(PauseReason, calls.WAITS, strict=True)))
        self._do(partial(self._case.pause, reason, text))
        self._after(60, 1500, office=True)
        self._do(self._case.resume)

    def _solve(self, how: SolvedHow) -> None:
        self._within("slow solution", (10, 100), (200, 900))
        more = {"solved_how": how, "cause": self._dice.choice(calls.CAUSES)}
        self._take("solve", more=more, solution=self._dice.choice(calls.SOLUTIONS))

    def _visit(self) -> None:
        self._after(3, 20)
        self._do(self._case.send_out)
        self._after(2, 10)
        self._do(self._case.accept)
        self._after(2, 15)
        self._do(self._case.depart)
        self._within("slow arrival", (20, 60), (180, 420))
        before = self._dice.randint(10, 15) * MINUTE if self._happens("entered later") else timedelta()
        self._do(partial(self._case.check_in, None if self._happens("no position") else self._position(), before))
        self._after(20, 90)
        self._do(partial(self._case.finish, [Part("练习网卡", 1, "块")] if self._happens("parts") else []))
        self._rated = self._happens("rated on the spot")
        for signer in Signer:
            self._after(1, 3)
            scored = self._rated and signer == Signer.REQUESTER
            self._do(partial(self._case.sign, signer, self._share() if scored else None))
        self._after(1, 10)
        more = {"solved_how": SolvedHow.ONSITE, "cause": self._dice.choice(calls.CAUSES)}
        self._take("solve", more=more, solution="现场处理后正常")

    def _ending(self) -> None:
        """Nearly every ticket is closed within two working days; every other one that was not rated yet is rated."""
        if not self._happens("left to confirm"):
            self._after(20, 1600, office=True)
            self._take("close")
        if not self._rated and self._happens("rated"):
            self._after(5, 600)
            share = self._share()
            self._do(partial(self._case.rate, share, self._dice.choice(calls.COMMENTS[share])))

    # How the dice and the moments go on.

    def _happens(self, what: str) -> bool:
        return self._dice.random() < ODDS[what]

    def _learns(self, what: str) -> bool:
        return self._learning.random() < ODDS[what]

    def _share(self) -> float:
        return self._dice.choices(SHARES, MOSTLY)[0]

    def _position(self) -> Position:
        north, east = self._dice.randint(0, 800_000), self._dice.randint(0, 800_000)
        return Position(Decimal(39_600_000 + north) / 10**6, Decimal(116_000_000 + east) / 10**6, 20)

    def _within(self, delay: str, usual: tuple[int, int], late: tuple[int, int]) -> None:
        """Let as many minutes pass as it usually takes, or as it takes where there is this delay."""
        self._after(*(late if self._happens(delay) else usual))

    def _after(self, first: int, last: int, *, office: bool = False) -> None:
        """Let so many minutes pass; what nobody hurries for waits for office hours."""
        self._at += self._dice.randint(first, last) * MINUTE
        if office:
            self._at = in_office(self._at, self._dice.randint(5, 60))

    def _take(self, step: str, **given: Any) -> None:
        self._do(lambda at: self._case.take(step, at, **given))

    def _do(self, act: Callable[[datetime], None]) -> None:
        """Have this done at the present moment of the story."""
        at = self._at
        self._steps.append(Step(at, f"{self._case.key}|{len(self._steps):02d}", lambda: self._done(act, at)))

    def _done(self, act: Callable[[datetime], None], at: datetime) -> None:
        act(at)
        self._case.desk.deadlines.watch(self._case.ticket)
