"""A step that asks for something which the contract lists point by point."""

from typing import Any

from django import forms

from kangwei.servicedesk.forms.words import long_text
from kangwei.servicedesk.forms.work import StepForm
from kangwei.servicedesk.queries.assessing import Listed


class PointsForm(StepForm):
    """What a step asks for, with one of its texts gone through point by point as the contract has them."""

    def __init__(self, *args: Any, listed: Listed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = listed
        self.fields[listed.text] = long_text(listed.closing, required=False)
        others = self.fields
        self.fields = {}
        for number, point in enumerate(listed.points, 1):
            self.fields[f"effect-{number}"] = forms.ChoiceField(
                label=point, choices=list(listed.answers.items()), widget=forms.RadioSelect
            )
            self.fields[f"remark-{number}"] = forms.CharField(label="说明", required=False, max_length=500)
        self.rest_names = tuple(others)
        self.fields |= others

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each point: its answer, and what is remarked on it."""
        return [(self[f"effect-{n}"], self[f"remark-{n}"]) for n in range(1, len(self.listed.points) + 1)]

    def rest(self) -> list[forms.BoundField]:
        """The fields that stand below the points."""
        return [self[name] for name in self.rest_names]

    def clean(self) -> dict[str, Any]:
        """Some answers must be explained."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, len(self.listed.points) + 1):
            if data.get(f"effect-{number}") == self.listed.remarked and not data.get(f"remark-{number}"):
                self.add_error(f"remark-{number}", self.listed.demand)
        return data

    @property
    def answers(self) -> list[dict[str, str]]:
        """The answer to each point of a valid form, as it is kept."""
        data = self.cleaned_data
        return [
            {"point": point, "effect": data[f"effect-{n}"], "remark": data[f"remark-{n}"]}
            for n, point in enumerate(self.listed.points, 1)
        ]

    @property
    def said(self) -> dict[str, str]:
        """The texts of a valid form; the listed one holds every answer in words."""
        lines = [f"{n}. {self._answered(answer)}" for n, answer in enumerate(self.answers, 1)]
        closing = self.cleaned_data[self.listed.text]
        ending = [f"{self.listed.closing}：{closing}"] if closing else []
        return super().said | {self.listed.text: "\n".join([*lines, *ending])}

    @property
    def details(self) -> dict[str, Any]:
        """The answers, and what was concluded from them."""
        return {"points": self.answers, "conclusion": self.cleaned_data[self.listed.text]}

    def _answered(self, answer: dict[str, str]) -> str:
        remark = f"，{answer['remark']}" if answer["remark"] else ""
        return f"{answer['point']}：{self.listed.answers[answer['effect']]}{remark}"
