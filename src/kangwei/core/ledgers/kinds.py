"""The kind file: what is recorded of one kind of asset, how ledgers head it, and what is done with it.

library/assets/<id>.yaml, `kangwei: asset-kind/1`. What every asset has stands in COMMON; a kind may word that anew.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kangwei.core.calendars import Duration
from kangwei.core.yamlfile import FileError, Path, Problem, Tree, read_tree, validated

Group = Literal["系统", "基础设施", "终端与外设", "证书与密钥", "软件与许可", "登记"]
Type = Literal["text", "long", "integer", "decimal", "date", "choice", "flag", "ip", "mac", "domain"]
State = Literal["in_use", "spare", "repair", "lent", "scrapped"]
GROUPS: tuple[str, ...] = get_args(Group)
"""The groups in the order in which they are shown."""

_NUMBERS = ("integer", "decimal")
_LONGEST = {"text": 200, "long": 2000, "domain": 253}
_NOT_BY_OPERATION = {"number": "资产编号不能由操作改变", "state": "状态写在 state 里"}


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _by_value(choices: object) -> object:
    """A list of choices stands for a mapping of each to itself."""
    return {str(choice): choice for choice in choices} if isinstance(choices, list | tuple) else choices


_Word = Annotated[str, Field(min_length=1)]
_FieldId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class KindError(FileError):
    """A kind file that is refused whole; `problems` holds every fault found, in line order."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Model):
    """One field of an asset. `headings` are other column headings under which clerks write it.

    `choices` maps what is stored to what is shown (a list in the file: both are the same), `aliases` other writings to
    what is stored. `listed` makes it a column of lists. `pattern` must match the whole text; `pattern_hint` says in
    Chinese what it asks for. `min` and `max` limit numbers, `max_length` text.
    """

    id: _FieldId
    label: _Word
    type: Type = "text"
    required: bool = False
    unique: bool = False
    choices: Annotated[dict[str, _Word], BeforeValidator(_by_value)] = {}
    aliases: dict[str, str] = {}
    pattern: str = ""
    pattern_hint: str = ""
    headings: tuple[_Word, ...] = ()
    unit: str = ""
    listed: bool = False
    max_length: Annotated[int, Field(ge=1, le=5000)] | None = None
    min: Decimal | None = None
    max: Decimal | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if faults := [reason for wrong, reason in self._contradictions() if wrong]:
            raise ValueError("；".join(faults))
        return self

    def _contradictions(self) -> Iterator[tuple[bool, str]]:
        yield self.type == "choice" and not self.choices, "choice 要写 choices"
        yield self.type != "choice" and bool(self.choices or self.aliases), "只有 choice 才有 choices 与 aliases"
        unknown = sorted(set(self.aliases.values()) - set(self.choices)) if self.choices else []
        yield bool(unknown), f"aliases 指向没有的选项：{'、'.join(unknown)}"
        limited = (self.min, self.max) != (None, None)
        yield self.type not in _NUMBERS and bool(limited or self.unit), "只有 integer 与 decimal 才有 unit、min、max"
        yield self.min is not None and self.max is not None and self.min > self.max, "min 大于 max"
        yield self.type not in _LONGEST and self.max_length is not None, "只有文字才有 max_length"
        yield self.type not in ("text", "long") and bool(self.pattern), "只有 text 与 long 才有 pattern"
        yield bool(self.pattern) != bool(self.pattern_hint), "pattern 与 pattern_hint 要一起写"
        yield not _compiles(self.pattern), "pattern 不是合格的正则表达式"

    @property
    def limit(self) -> int:
        """The number of characters that a text may have."""
        return self.max_length or _LONGEST.get(self.type, 200)

    def shown(self, value: Any) -> str:
        """A stored (JSON) value as pages show it: the label of a choice, 是 or 否, a number with its unit."""
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if self.type == "choice":
            return self.choices.get(value, str(value))
        return f"{value} {self.unit}".rstrip() if self.type in _NUMBERS else str(value)


class Wording(_Model):
    """How one kind words a common field: its own label, and headings beside the common ones."""

    label: str = ""
    headings: tuple[_Word, ...] = ()


class Operation(_Model):
    """What is done with an asset of a kind, such as renewing a certificate.

    `approval` asks for the name of who approved, `sets` are the fields that it may change, `state` is the state of
    life that it leads to (None: stays).
    """

    id: _Name
    label: _Word
    approval: bool = False
    sets: tuple[str, ...] = ()
    state: State | None = None


class Kind(_Model):
    """A kind of asset. `key` is the default key by which rows of a ledger are matched with what is there.

    `prefix` begins the numbers given to assets without one, `expires` names the date by which they expire,
    `repair_limit` is how long a repair may take. `common` words common fields anew for this kind.
    """

    kangwei: Literal["asset-kind/1"]
    id: _Name
    name: _Word
    group: Group
    prefix: str
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    common: dict[str, Wording] = {}
    attributes: tuple[Attribute, ...] = ()
    repair_limit: Duration | None = None
    expires: str | None = None
    remind_days: Annotated[int, Field(ge=1, le=365)] = 30
    operations: tuple[Operation, ...] = ()

    @cached_property
    def _by_id(self) -> dict[str, Attribute]:
        return {attribute.id: attribute for attribute in self.fields}

    @cached_property
    def fields(self) -> tuple[Attribute, ...]:
        """Every field of an asset of this kind: the common ones as the kind words them, then its own."""
        return (*(self._worded(attribute) for attribute in COMMON), *self.attributes)

    def field(self, field_id: str) -> Attribute:
        """The field of that id, common or the kind's own; KeyError where there is none."""
        return self._by_id[field_id]

    def _worded(self, attribute: Attribute) -> Attribute:
        wording = self.common.get(attribute.id)
        if wording is None:
            return attribute
        # The common label stays a heading: clerks write it too.
        headings = dict.fromkeys((*wording.headings, attribute.label, *attribute.headings))
        return attribute.model_copy(update={"label": wording.label or attribute.label, "headings": tuple(headings)})


COMMON: tuple[Attribute, ...] = (
    Attribute(
        id="number", label="资产编号", unique=True, max_length=60, listed=True,
        headings=("资产编码", "固定资产编号", "固定资产编码", "设备编号", "资产号", "编号"),
    ),
    Attribute(
        id="name", label="名称", required=True, listed=True,
        headings=("设备名称", "资产名称", "品名", "物品名称"),
    ),
    Attribute(
        id="serial_number", label="序列号", max_length=120,
        headings=("SN", "S/N", "SN号", "SN码", "序列编号", "出厂编号", "出厂序列号", "机身号", "设备序列号"),
    ),
    Attribute(
        id="state", label="状态", type="choice", listed=True,
        choices={"in_use": "在用", "spare": "备用", "repair": "维修", "lent": "借出", "scrapped": "报废"},
        aliases={
            "使用中": "in_use", "使用": "in_use", "在使用": "in_use", "正常": "in_use", "启用": "in_use",
            "运行": "in_use", "运行中": "in_use", "有效": "in_use",
            "闲置": "spare", "库存": "spare", "在库": "spare", "备品": "spare",
            "维修中": "repair", "送修": "repair", "外借": "lent", "已借出": "lent",
            "已报废": "scrapped", "注销": "scrapped", "已注销": "scrapped",
        },
        headings=("资产状态", "设备状态", "使用状态", "使用情况", "现状", "当前状态"),
    ),
    Attribute(
        id="system", label="所属系统", listed=True,
        headings=("系统名称", "所属业务系统", "业务系统", "应用系统", "所属信息系统", "信息系统"),
    ),
    Attribute(
        id="place", label="存放地点", listed=True,
        headings=(
            "位置", "地点", "存放位置", "安装位置", "安装地点", "使用地点", "所在位置", "物理位置", "机房", "所在机房",
            "机柜位置", "房间号",
        ),
    ),
    Attribute(
        id="custodian", label="保管人", max_length=60, listed=True,
        headings=("使用人", "责任人", "负责人", "领用人", "管理人", "管理员", "使用者", "保管人员", "使用人姓名"),
    ),
    Attribute(
        id="institution", label="使用单位",
        headings=(
            "单位", "单位名称", "机构", "机构名称", "所属单位", "使用部门", "部门", "科室", "使用科室", "处室",
            "所属部门", "所在部门",
        ),
    ),
    Attribute(
        id="in_use_since", label="启用日期", type="date",
        headings=("启用时间", "投用日期", "投用时间", "使用日期", "开始使用日期", "领用日期", "上线日期"),
    ),
    Attribute(id="note", label="备注", max_length=500, headings=("说明", "备注说明", "其他")),
)  # fmt: skip
"""What every asset has beside the attributes of its kind."""


def load_kind(path: Traversable) -> Kind:
    """Read and check one file, which must be called as the kind in it, with `.yaml`.

    Raises KindError for whatever is wrong with the content, OSError when the file cannot be read.
    """
    try:
        tree = read_tree(path.read_bytes().decode(), path.name)
        kind = validated(Kind, tree)
    except UnicodeDecodeError:
        raise KindError(Problem(path.name, 1, "", "不是 UTF-8 编码")) from None
    except FileError as error:
        raise KindError(*error.problems) from None
    if problems := _problems(kind, tree):
        raise KindError(*problems)
    return kind


@cache
def bundled_kinds() -> dict[str, Kind]:
    """The kinds that come with Kangwei by id, in the order of their groups. KindError where two have one prefix."""
    folder = resources.files("kangwei") / "library" / "assets"
    kinds = [load_kind(file) for file in folder.iterdir() if file.name.endswith(".yaml")]
    kinds.sort(key=lambda kind: (GROUPS.index(kind.group), kind.id))
    by_prefix: dict[str, str] = {}
    for kind in kinds:
        if (other := by_prefix.setdefault(kind.prefix, kind.id)) != kind.id:
            raise KindError(Problem(f"{kind.id}.yaml", 1, "prefix", f"与 {other} 的前缀 {kind.prefix} 相同"))
    return {kind.id: kind for kind in kinds}


def _problems(kind: Kind, tree: Tree) -> list[Problem]:
    """What contradicts itself in a kind whose every part is well formed."""
    faults = [*_naming_faults(kind, tree.file), *_attribute_faults(kind), *_reference_faults(kind)]
    return [tree.problem(path, reason) for path, reason in faults]


def _naming_faults(kind: Kind, file: str) -> Iterator[tuple[Path, str]]:
    if file != f"{kind.id}.yaml":
        yield ("id",), f"应与文件名相同，而不是 {kind.id}"
    if not re.fullmatch(r"[A-Z]{2,4}", kind.prefix):
        yield ("prefix",), f"应为 2 至 4 个大写字母，写的是「{kind.prefix}」"
    for name in kind.common:
        if name not in _COMMON_IDS:
            yield ("common", name), f"不是共有字段，共有字段为 {'、'.join(_COMMON_IDS)}"


def _attribute_faults(kind: Kind) -> Iterator[tuple[Path, str]]:
    ids: set[str] = set()
    headings: dict[str, str] = {}
    for index, attribute in enumerate(kind.attributes):
        path = ("attributes", index)
        if attribute.id in _COMMON_IDS:
            yield (*path, "id"), f"{attribute.id} 是共有字段，不能再定义"
        if attribute.id in ids:
            yield (*path, "id"), f"字段 {attribute.id} 重复"
        ids.add(attribute.id)
        for heading in (attribute.label, *attribute.headings):
            if (other := headings.setdefault(heading, attribute.id)) != attribute.id:
                yield path, f"列名「{heading}」与字段 {other} 的相同"


def _reference_faults(kind: Kind) -> Iterator[tuple[Path, str]]:
    known = {attribute.id: attribute for attribute in kind.fields}
    for index, name in enumerate(kind.key):
        if name not in known:
            yield ("key", index), f"没有字段 {name}"
    if kind.expires is not None and (kind.expires not in known or known[kind.expires].type != "date"):
        yield ("expires",), f"应为本类别的一个日期字段，写的是「{kind.expires}」"
    operations: set[str] = set()
    for index, operation in enumerate(kind.operations):
        if operation.id in operations:
            yield ("operations", index, "id"), f"操作 {operation.id} 重复"
        operations.add(operation.id)
        for place, name in enumerate(operation.sets):
            if name not in known or name in _NOT_BY_OPERATION:
                yield ("operations", index, "sets", place), _NOT_BY_OPERATION.get(name, f"没有字段 {name}")


_COMMON_IDS = tuple(attribute.id for attribute in COMMON)
