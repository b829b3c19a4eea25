"""The upload of a ledger, and which of its columns is which field."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from kangwei.assets import queries
from kangwei.assets.enums import RELATIONS
from kangwei.base.forms import CHOOSE
from kangwei.core.ledgers import GROUPS, Attribute, Kind
from kangwei.core.ledgers.reading import MAX_BYTES, MAX_ROWS

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

COLUMN = "column-"
NOT_TAKEN = ("", "（不导入）")
_NO_KEY = ("state", "note")
_NO_KEY_TYPES = ("long", "flag", "decimal")


class UploadForm(forms.Form):
    """A ledger and what it is of; the owner where there is a choice."""

    kind = forms.ChoiceField(label="台账类别")
    file = forms.FileField(label="文件")
    sheet = forms.CharField(
        label="工作表", required=False, max_length=100, help_text="留空读第一张有内容的可见工作表，下一步还可以换。"
    )

    def __init__(self, *args: Any, owners: "Sequence[Party]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {str(party.pk): party for party in owners}
        if len(owners) > 1:
            choices = [CHOOSE, *((pk, party.name) for pk, party in self.owners.items())]
            self.fields["owner"] = forms.ChoiceField(label="单位", choices=choices)
            self.order_fields(["owner"])
        self.fields["kind"].choices = _kind_choices()  # type: ignore[attr-defined]
        most = f"最大 {_limit() // 1_000_000} MB、{MAX_ROWS // 10_000} 万行"
        self.fields["file"].help_text = f"Excel（xlsx、xls、xlsb、ods）或 CSV，{most}。"

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > _limit():
            raise forms.ValidationError(f"文件超过 {_limit() // 1_000_000} MB，请分成几个文件")
        return upload

    @property
    def owner(self) -> "Party":
        """The owner that a valid form names; the only one where there is no choice."""
        return self.owners[self.cleaned_data["owner"]] if len(self.owners) > 1 else next(iter(self.owners.values()))


class ColumnsForm(forms.Form):
    """A field for each column, what rows are matched by, and what an empty cell means."""

    key = forms.MultipleChoiceField(
        label="用哪些字段认出已登记的资产", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="这些字段都相同的是同一项资产，导入时更新它；找不到的新登记。",
    )  # fmt: skip
    blanks_clear = forms.BooleanField(
        label="空单元格清除已登记的值", required=False, help_text="不勾选时，空单元格不改变已登记的值。"
    )

    def __init__(self, *args: Any, kind: Kind, columns: Sequence[tuple[str, list[str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kind, self._columns = kind, columns
        choices = [NOT_TAKEN, *((field.id, _labelled(field)) for field in kind.fields)]
        for place, (heading, _) in enumerate(columns):
            widget = forms.Select(attrs={"class": "form-select", "aria-label": f"「{heading}」对应的字段"})
            self.fields[f"{COLUMN}{place}"] = forms.ChoiceField(choices=choices, required=False, widget=widget)
        if kind.id == RELATIONS:
            del self.fields["key"], self.fields["blanks_clear"]
        else:
            self.fields["key"].choices = [  # type: ignore[attr-defined]
                (field.id, field.label) for field in kind.fields if _tells_apart(field)
            ]

    def clean(self) -> dict[str, Any]:
        """No field twice."""
        seen: dict[str, str] = {}
        for place, (heading, _) in enumerate(self._columns):
            name = self.cleaned_data.get(f"{COLUMN}{place}")
            if name and (first := seen.setdefault(name, heading)) != heading:
                told = f"「{first}」已对应{self._kind.field(name).label}，一个字段只能有一列"
                self.add_error(f"{COLUMN}{place}", told)
        return self.cleaned_data

    @property
    def mapping(self) -> dict[str, int]:
        """Field → column of a valid form."""
        found = {place: self.cleaned_data[f"{COLUMN}{place}"] for place in range(len(self._columns))}
        return {name: place for place, name in found.items() if name}

    @property
    def match_key(self) -> list[str]:
        """What rows are matched by; of relations all that is said of them."""
        return self.cleaned_data["key"] if "key" in self.fields else list(self._kind.key)

    @property
    def clears_blanks(self) -> bool:
        """Whether an empty cell empties the field."""
        return bool(self.cleaned_data.get("blanks_clear"))

    def column_rows(self) -> list[tuple[str, list[str], forms.BoundField]]:
        """Each column with its heading, what its first cells say, and the choice of a field."""
        return [
            (heading, list(dict.fromkeys(filter(None, samples))), self[f"{COLUMN}{place}"])
            for place, (heading, samples) in enumerate(self._columns)
        ]


def initial_of(mapping: dict[str, int], key: Sequence[str], *, blanks_clear: bool) -> dict[str, Any]:
    """The form's first values."""
    chosen = {f"{COLUMN}{place}": name for name, place in mapping.items()}
    return chosen | {"key": list(key), "blanks_clear": blanks_clear}


def _limit() -> int:
    return min(int(settings.UPLOAD_LIMIT), MAX_BYTES)


def _kind_choices() -> list[tuple[str, Any]]:
    grouped: dict[str, list[tuple[str, str]]] = {group: [] for group in GROUPS}
    for kind in queries.kinds().values():
        grouped[kind.group].append((kind.id, kind.name))
    groups: list[tuple[str, Any]] = [(group, kinds) for group, kinds in grouped.items() if kinds]
    return [CHOOSE, *groups, ("关系", [(RELATIONS, queries.ledger_kinds()[RELATIONS].name)])]


def _labelled(field: Attribute) -> str:
    return f"{field.label}（必填）" if field.required else field.label


def _tells_apart(field: Attribute) -> bool:
    return field.id not in _NO_KEY and field.type not in _NO_KEY_TYPES
