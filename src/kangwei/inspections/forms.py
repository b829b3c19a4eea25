"""Forms about targets and findings."""

from typing import Any

from django import forms

from kangwei.core.probes import PROBES, OptionSpec
from kangwei.inspections.models import Target
from kangwei.inspections.queries import Coverage, coverage_key
from kangwei.inspections.running import templates

ADDRESS_HELP = {
    "host-local": "留空：测的是康维所在的这台主机。",
    "http": "完整网址，例如 https://portal.example.cn/login；不要带用户名和密码。",
    "postgresql": "postgresql://用户@主机:端口/库名，例如 postgresql://monitor@10.1.2.3:5432/his；密码填在口令一栏。",
}
OPTION_PREFIX = "options."


class TargetForm(forms.Form):
    """A target of one contract. The options shown are those of the chosen template's probe.

    `rows` is the contract's coverage: what the target may stand for is what no other active target does. `choices`
    are the templates offered, name → title, and `template` the one whose options are shown.
    """

    coverage = forms.ChoiceField(
        label="对应的合同巡检", required=False, help_text="不对应的巡检对象也可以巡检，但结果不作为履约佐证。"
    )
    name = forms.CharField(label="名称", max_length=120)
    template = forms.ChoiceField(label="巡检模板")
    address = forms.CharField(label="地址", max_length=500, required=False)
    secret = forms.CharField(
        label="口令", required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    forget_secret = forms.BooleanField(label="删除已存的口令", required=False)
    automatic = forms.BooleanField(
        label="按合同计划自动巡检", required=False,
        help_text="每期的期间一开始就巡检；测不到时每小时再试一次，直到测得或期满。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, rows: list[Coverage], target: Target | None, choices: dict[str, str], template: str,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = list(choices.items())  # type: ignore[attr-defined]
        self.fields["coverage"].choices = _coverage_choices(rows, target)  # type: ignore[attr-defined]
        self._show_options(template)
        if target and target.secret:
            self.fields["secret"].help_text = "已存有口令，不再显示；留空则不改。改了地址要重新填写。"
        else:
            self.fields["secret"].help_text = "加密保存，保存后不再显示。"
            del self.fields["forget_secret"]

    def _show_options(self, template: str) -> None:
        probe = PROBES[templates()[template].probe]
        self.address_help = ADDRESS_HELP.get(probe.kind, "")
        for name, spec in probe.options.items():
            self.fields[OPTION_PREFIX + name] = _option_field(spec)

    @property
    def options(self) -> dict[str, str | int]:
        """The options that were filled in, of a valid form; what is left empty keeps the probe's default."""
        return {
            name.removeprefix(OPTION_PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(OPTION_PREFIX) and value not in (None, "")
        }

    @property
    def given_secret(self) -> str | None:
        """What `actions.save_target` takes: None keeps the stored one, "" removes it."""
        if self.cleaned_data.get("forget_secret"):
            return ""
        return self.cleaned_data["secret"] or None

    def option_fields(self) -> list[forms.BoundField]:
        """The bound fields of the probe's options."""
        return [self[name] for name in self.fields if name.startswith(OPTION_PREFIX)]


class FindingForm(forms.Form):
    note = forms.CharField(label="处理说明", max_length=300)


def initial_of(target: Target) -> dict[str, Any]:
    """The form's first values for a target, without its secret."""
    given = {OPTION_PREFIX + name: value for name, value in target.options.items()}
    return given | {
        "coverage": coverage_key(target.duty, target.slot), "name": target.name, "template": target.template,
        "address": target.address, "automatic": target.automatic,
    }  # fmt: skip


def _coverage_choices(rows: list[Coverage], target: Target | None) -> list[tuple[str, str]]:
    own = coverage_key(target.duty, target.slot) if target else ""
    free = [row for row in rows if row.duty and (row.target is None or row.key == own)]
    return [("", "（不对应合同的巡检）"), *((row.key, _coverage_label(row)) for row in free)]


def _coverage_label(row: Coverage) -> str:
    title = row.duty.title if row.duty else ""
    return f"{title} · {row.slot}" if row.slot else title


def _option_field(spec: OptionSpec) -> forms.Field:
    if isinstance(spec.default, int):
        return forms.IntegerField(
            label=spec.title, required=False, min_value=spec.least, max_value=spec.most,
            help_text=f"缺省 {spec.default}",
        )  # fmt: skip
    return forms.CharField(label=spec.title, required=False, max_length=300)
