"""The life of each kind of ticket, as data: which step leads from which state to which, and what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from kangwei.servicedesk.enums import Clock, FileRole, TicketKind, TicketState

S = TicketState


@dataclass(frozen=True)
class Step:
    """Something that is done with a ticket: the clocks that it `stops`, the texts that it `asks` for.

    It is not taken without its texts, `moments` and `files`. What one `may_say` and `may_bring` may be missing.
    """

    id: str
    label: str
    sources: tuple[TicketState, ...]
    target: TicketState
    stops: tuple[Clock, ...] = ()
    asks: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    files: tuple[FileRole, ...] = ()
    may_say: tuple[str, ...] = ()
    may_bring: tuple[FileRole, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is taken by one press, without anything being asked."""
        return not (self.asks or self.moments or self.files)

    @property
    def asks_how(self) -> bool:
        """Whether it solves what somebody reported, so that it is asked how, and for the cause."""
        return "solution" in self.asks


RESPOND = Step("respond", "响应", (S.NEW,), S.WORKING, stops=(Clock.RESPONSE,))
CANCEL = Step("cancel", "撤销", (S.NEW, S.WORKING), S.CANCELLED, asks=("reason",))
SOLVE = Step(
    "solve", "解决", (S.NEW, S.WORKING), S.SOLVED, asks=("solution",),
    stops=(Clock.RESPONSE, Clock.RESTORE, Clock.RESOLVE, Clock.REPLY),
)  # fmt: skip
ARRIVE = Step("arrive", "到场", (S.NEW, S.WORKING), S.WORKING, stops=(Clock.RESPONSE, Clock.ARRIVAL))
CLOSE = Step("close", "办结", (S.SOLVED,), S.CLOSED, stops=(Clock.CLOSE,))
REOPEN = Step("reopen", "重新打开", (S.SOLVED, S.CLOSED), S.WORKING, asks=("reason",))

_COMMON = (RESPOND, SOLVE, ARRIVE, CLOSE, REOPEN, CANCEL)
LIFECYCLES: Mapping[TicketKind, tuple[Step, ...]] = {
    TicketKind.INCIDENT: _COMMON,
    TicketKind.REQUEST: _COMMON,
    TicketKind.PROBLEM: _COMMON,
    TicketKind.SECURITY_ORDER: (
        RESPOND,
        Step("dispose", "处置", (S.NEW, S.WORKING), S.CARRIED_OUT, asks=("disposal",),
             stops=(Clock.RESPONSE, Clock.RESTORE, Clock.RESOLVE)),
        ARRIVE,
        Step("reply", "回复", (S.CARRIED_OUT,), S.SOLVED, stops=(Clock.REPLY,), asks=("feedback",),
             may_bring=(FileRole.FILE,)),
        CLOSE,
        REOPEN,
        Step("cancel", "撤销", (S.NEW, S.WORKING, S.CARRIED_OUT), S.CANCELLED, asks=("reason",)),
    ),
    TicketKind.COMPLAINT: (
        RESPOND,
        Step("reply", "答复", (S.NEW, S.WORKING), S.WORKING, stops=(Clock.RESPONSE, Clock.REPLY), asks=("reply",)),
        SOLVE,
        CLOSE,
        REOPEN,
        CANCEL,
    ),
    TicketKind.CHANGE: (
        Step("assess", "开始评估", (S.NEW,), S.ASSESSING, stops=(Clock.RESPONSE,)),
        Step("submit", "提交审批", (S.ASSESSING,), S.APPROVING, asks=("assessment",), may_bring=(FileRole.FILE,)),
        Step("approve", "批准", (S.APPROVING,), S.APPROVED, asks=("approved_by",),
             may_say=("approval",), may_bring=(FileRole.APPROVAL,)),
        Step("reject", "退回", (S.APPROVING,), S.ASSESSING, asks=("reason",)),
        Step("carry_out", "实施", (S.APPROVED,), S.CARRIED_OUT, asks=("result",), may_bring=(FileRole.FILE,)),
        Step("solve", "验证通过", (S.CARRIED_OUT,), S.SOLVED, stops=(Clock.RESTORE, Clock.RESOLVE), asks=("check",)),
        CLOSE,
        Step("roll_back", "回退", (S.CARRIED_OUT,), S.ASSESSING, asks=("reason",)),
        Step("reopen", "重新打开", (S.SOLVED, S.CLOSED), S.ASSESSING, asks=("reason",)),
        Step("cancel", "撤销", (S.NEW, S.ASSESSING, S.APPROVING, S.APPROVED), S.CANCELLED, asks=("reason",)),
    ),
    TicketKind.RELEASE: (
        Step("prepare", "开始准备", (S.NEW,), S.PREPARING, stops=(Clock.RESPONSE,)),
        Step("submit", "提交审批", (S.PREPARING,), S.APPROVING, asks=("checklist", "rollback"),
             may_bring=(FileRole.FILE,)),
        Step("approve", "批准", (S.APPROVING,), S.APPROVED, asks=("approved_by",), moments=("window_from", "window_to"),
             may_say=("approval",), may_bring=(FileRole.APPROVAL,)),
        Step("reject", "退回", (S.APPROVING,), S.PREPARING, asks=("reason",)),
        Step("carry_out", "发布", (S.APPROVED,), S.CARRIED_OUT, asks=("result",), moments=("watch_until",),
             may_say=("outside",), may_bring=(FileRole.FILE,)),
        Step("solve", "观察通过", (S.CARRIED_OUT,), S.SOLVED, stops=(Clock.RESTORE, Clock.RESOLVE), asks=("check",)),
        CLOSE,
        Step("roll_back", "回退", (S.CARRIED_OUT,), S.PREPARING, asks=("reason",)),
        Step("cancel", "撤销", (S.NEW, S.PREPARING, S.APPROVING, S.APPROVED), S.CANCELLED, asks=("reason",)),
    ),
    TicketKind.DATA_FIX: (
        Step("submit", "提交审批", (S.NEW,), S.APPROVING, stops=(Clock.RESPONSE,), asks=("scope",),
             may_bring=(FileRole.FILE,)),
        Step("approve", "书面批准", (S.APPROVING,), S.APPROVED, asks=("approved_by", "approval"),
             files=(FileRole.APPROVAL,)),
        Step("reject", "退回", (S.APPROVING,), S.NEW, asks=("reason",)),
        Step("carry_out", "执行修正", (S.APPROVED,), S.CARRIED_OUT, asks=("backup", "script", "rows", "result"),
             moments=("backed_up_at",), files=(FileRole.BACKUP,)),
        Step("solve", "核对完成", (S.CARRIED_OUT,), S.SOLVED, stops=(Clock.RESTORE, Clock.RESOLVE), asks=("check",),
             may_bring=(FileRole.FILE,)),
        CLOSE,
        Step("roll_back", "回退", (S.CARRIED_OUT,), S.NEW, asks=("reason",)),
        Step("cancel", "撤销", (S.NEW, S.APPROVING, S.APPROVED), S.CANCELLED, asks=("reason",)),
    ),
}  # fmt: skip

ASKED = {
    "reason": "理由",
    "solution": "解决办法",
    "reply": "答复内容",
    "assessment": "风险评估",
    "approved_by": "批准人",
    "approval": "书面批准文号",
    "result": "实施结果",
    "checklist": "准备清单",
    "rollback": "回退方案",
    "window_from": "发布窗口起",
    "window_to": "发布窗口止",
    "outside": "窗口外发布的理由",
    "watch_until": "跟踪观察至",
    "scope": "修正范围",
    "backed_up_at": "备份时间",
    "backup": "备份位置与大小",
    "script": "SQL 或脚本",
    "rows": "影响行数",
    "check": "核查结果",
    "disposal": "处置情况",
    "feedback": "处置反馈",
}
APART = frozenset({"script"})
"""What stands by itself on the ticket's page: too long for the timeline."""
MANAGED = ("cancel", "reopen")
"""Steps that only whoever manages tickets takes."""


def steps_from(kind: TicketKind, state: TicketState) -> tuple[Step, ...]:
    """What may be done with a ticket of a kind in a state, in the order of its life."""
    return tuple(step for step in LIFECYCLES[kind] if state in step.sources)


def step_of(kind: TicketKind, step: str) -> Step | None:
    """The step of that id in the life of a kind."""
    return next((found for found in LIFECYCLES[kind] if found.id == step), None)


def permission_of(step: str) -> str:
    """What it takes to take a step, by whichever door."""
    return "tickets.manage" if step in MANAGED else "tickets.write"
