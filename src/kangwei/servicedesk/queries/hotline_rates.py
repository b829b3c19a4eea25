"""Orders of the 12345 line and their rates. A figure and the list behind it are one and the same condition."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kangwei.contracts import queries as contracts
from kangwei.contracts.levels import measures_about
from kangwei.core.calendars import day_start
from kangwei.core.contracts.wording import requirement
from kangwei.servicedesk.enums import Clock, Phase, TicketKind
from kangwei.servicedesk.models import HotlineOrder, HotlineWeights, Ticket, TicketClock
from kangwei.servicedesk.queries import search, tickets

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Clause, Contract

COMPOSITE = "composite-score"
FULL = 100
_COMPARED = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}
OVER = {"month": "按月", "quarter": "按季", "half-year": "按半年", "year": "按年", "term": "按合同期", "each": "每次"}


@dataclass(frozen=True)
class Share:
    """A rate: the orders that are `met` of those that are `counted`.

    `metric` names the contract's measure that it is held against; "" for our own clocks, which no verdict of the line
    goes into. `words` say what an order is that is met, and one that is counted and not met.
    """

    id: str
    label: str
    metric: str
    counted: Q
    met: Q
    words: tuple[str, str]


def _verdict(name: str, label: str, metric: str, words: tuple[str, str]) -> Share:
    return Share(name, label, metric, Q(**{f"hotline__{name}__isnull": False}), Q(**{f"hotline__{name}": True}), words)


def _clock(name: Clock, label: str, words: tuple[str, str]) -> Share:
    mine = TicketClock.objects.filter(ticket=OuterRef("pk"), clock=name).exclude(phase=Phase.VOID)
    counted, met = mine.filter(met__isnull=False), mine.filter(met=True)
    return Share(f"clock-{name}", label, "", Q(Exists(counted)), Q(Exists(met)), words)


VERDICTS = (
    _verdict("responded", "响应率", "response-rate", ("已响应", "未响应")),
    _verdict("solved", "解决率", "solved-rate", ("已解决", "未解决")),
    _verdict("satisfied", "满意率", "satisfied-rate", ("满意", "不满意")),
)
CLOCKS = (
    _clock(Clock.REPLY, "答复按时率", ("按时答复", "答复超时")),
    _clock(Clock.CLOSE, "办结按时率", ("按时办结", "办结超时")),
)


def _parts() -> dict[str, tuple[str, Q]]:
    nothing_said = Q(**{f"hotline__{share.id}__isnull": True for share in VERDICTS})
    parts = {"unassessed": ("未考评", nothing_said), "assessed": ("已考评", ~nothing_said)}
    for share in (*VERDICTS, *CLOCKS):
        met, unmet = share.words
        parts[f"{share.id}-met"] = (met, share.counted & share.met)
        parts[f"{share.id}-unmet"] = (unmet, share.counted & ~share.met)
        parts[f"{share.id}-counted"] = (f"计入{share.label}", share.counted)
    return parts


PARTS = _parts()
"""Every part of the orders that a figure counts: its label and its condition."""


def orders(person: "Person") -> QuerySet[Ticket]:
    """The orders of the 12345 line that a person may see, as tickets, the latest first."""
    rows = tickets(person).filter(hotline__isnull=False).select_related("hotline")
    return rows.order_by("-occurred_at", "-pk")


def order_of(ticket: Ticket) -> HotlineOrder | None:
    """What the line says of a ticket; None for tickets that came otherwise."""
    return HotlineOrder.objects.filter(ticket=ticket).first()


def weights_of(contract: "Contract") -> HotlineWeights | None:
    """The weights of a contract's composite score; None while nobody has set them."""
    return HotlineWeights.objects.filter(contract=contract).first()


def received_between(rows: QuerySet[Ticket], first: date, last: date) -> QuerySet[Ticket]:
    """Those that the line sent on the days first to last (Asia/Shanghai)."""
    return rows.filter(occurred_at__gte=day_start(first), occurred_at__lt=day_start(last + timedelta(days=1)))


def search_orders(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those whose order number holds the text, or that hold every word of it as tickets do."""
    worded = search(Ticket.objects.filter(hotline__isnull=False), text).order_by().values("pk")
    return rows.filter(Q(hotline__order_number__icontains=text) | Q(pk__in=worded))


@dataclass(frozen=True)
class Figure:
    """A rate of one contract: `met` of `counted`, and the measure that it is held against (None: there is none)."""

    share: Share
    met: int
    counted: int
    measure: "Clause | None"

    @property
    def rate(self) -> Fraction | None:
        """Per cent; None where nothing is counted."""
        return Fraction(FULL * self.met, self.counted) if self.counted else None

    @property
    def shown(self) -> str:
        """The rate in print, cut off so that it never passes for more than it is; "" where nothing is counted."""
        return "" if self.rate is None else f"{cut_off(self.rate, 1)}%"

    @property
    def reached(self) -> bool | None:
        """Whether the measure is reached; None where there is none, or nothing to measure."""
        return reaches(self.rate, self.measure)

    @property
    def required(self) -> str:
        """What the measure asks for."""
        return requirement(self.measure.data) if self.measure else ""


@dataclass(frozen=True)
class Score:
    """The composite score of one contract: its weights (None: not set), the points (None: a rate is missing)."""

    weights: HotlineWeights | None
    points: Fraction | None
    measure: "Clause | None"

    @property
    def shown(self) -> str:
        """The points in print, cut off."""
        return "" if self.points is None else cut_off(self.points, 2)

    @property
    def reached(self) -> bool | None:
        """Whether the measure is reached."""
        return reaches(self.points, self.measure)

    @property
    def required(self) -> str:
        """What the measure asks for."""
        return requirement(self.measure.data) if self.measure else ""


@dataclass(frozen=True)
class Standing:
    """How the orders of one contract stand in a period: the line's verdicts with the score, and our own clocks."""

    contract: "Contract"
    total: int
    verdicts: tuple[Figure, ...]
    score: Score
    clocks: tuple[Figure, ...]
    over: str


def standings(person: "Person", rows: QuerySet[Ticket], first: date, last: date) -> list[Standing]:
    """A row for every contract that has orders among the rows, or measures them in these days, in four queries."""
    counts: dict[str, Any] = {"total": Count("pk")}
    for share in (*VERDICTS, *CLOCKS):
        for part in ("met", "counted"):
            counts[_column(share, part)] = Count("pk", filter=PARTS[f"{share.id}-{part}"][1])
    counted: dict[int, Any] = {row["contract"]: row for row in rows.order_by().values("contract").annotate(**counts)}
    mine = contracts.contracts(person)
    measures = measures_about(mine, TicketKind.COMPLAINT)
    measured = Q(pk__in=measures, first_day__lte=last, last_day__gte=first)
    weights = {row.contract_id: row for row in HotlineWeights.objects.filter(contract__in=[*measures, *counted])}
    return [
        _standing(contract, counted.get(contract.pk, {}), measures.get(contract.pk, {}), weights.get(contract.pk))
        for contract in mine.filter(measured | Q(pk__in=counted)).order_by("code")
    ]


def _standing(
    contract: "Contract", counted: Mapping[str, int], measures: Mapping[str, "Clause"], weights: HotlineWeights | None
) -> Standing:
    def figure(share: Share) -> Figure:
        met, of = (counted.get(_column(share, part), 0) for part in ("met", "counted"))
        return Figure(share, met, of, measures.get(share.metric))

    verdicts = tuple(map(figure, VERDICTS))
    measure = measures.get(COMPOSITE)
    over = dict.fromkeys(OVER[found.data["over"]] for found in measures.values())
    return Standing(
        contract, counted.get("total", 0), verdicts, Score(weights, _points(verdicts, weights, measure), measure),
        tuple(map(figure, CLOCKS)), "、".join(over),
    )  # fmt: skip


def _column(share: Share, part: str) -> str:
    return f"{share.id}_{part}".replace("-", "_")


def _points(verdicts: Sequence[Figure], weights: HotlineWeights | None, measure: "Clause | None") -> Fraction | None:
    """The weighted sum of the rates, out of the measure's full marks (100 where it names none).

    None while a rate that counts has nothing to count: what is left would weigh more than was agreed.
    """
    if weights is None:
        return None
    full = Fraction(str(measure.data.get("of") or FULL)) if measure else Fraction(FULL)
    points = Fraction(0)
    for figure in verdicts:
        if weight := getattr(weights, figure.share.id):
            if figure.rate is None:
                return None
            points += figure.rate * weight * full / FULL / FULL
    return points


def reaches(value: Fraction | None, measure: "Clause | None") -> bool | None:
    """Whether a value is what a measure asks for; None where there is no value, or no limit in figures."""
    limit = measure.data.get("value") if measure else None
    if value is None or measure is None or limit is None:
        return None
    return bool(_COMPARED[measure.data["op"]](value, Fraction(str(limit))))


def cut_off(value: Fraction, places: int) -> str:
    """A figure in print, cut off behind so many decimals, without zeros at its end."""
    scale = 10**places
    whole, rest = divmod(floor(value * scale), scale)
    return f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".")
