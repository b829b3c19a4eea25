"""The ledger of relations: what, how, with what. Read and checked by the same rules as the ledgers of assets."""

from functools import cached_property

from kangwei.assets.enums import RELATIONS, RelationKind
from kangwei.core.ledgers import Attribute, Kind


class RelationLedger(Kind):
    """A ledger whose rows are no assets, and so have none of the common fields."""

    @cached_property
    def fields(self) -> tuple[Attribute, ...]:
        return self.attributes


RELATION_LEDGER = RelationLedger(
    kangwei="asset-kind/1", id=RELATIONS, name="资产关系", group="登记", prefix="REL", key=("source", "kind", "target"),
    attributes=(
        Attribute(
            id="source", label="资产", required=True,
            headings=("资产编号", "资产名称", "源资产", "源资产编号", "起点", "设备", "设备名称", "名称", "编号"),
        ),
        Attribute(
            id="kind", label="关系", type="choice", required=True, choices=dict(RelationKind.choices),
            aliases={
                "运行在": "runs_on", "部署于": "runs_on", "部署在": "runs_on", "依赖于": "depends_on",
                "连接到": "connects_to", "连接至": "connects_to", "接入": "connects_to", "备份至": "backs_up_to",
                "属于（组成）": "part_of", "组成": "part_of", "隶属": "part_of", "隶属于": "part_of",
                "归属于": "owned_by",
            },
            headings=("关系类型", "关系类别", "关联关系", "类型"),
        ),
        Attribute(
            id="target", label="对象", required=True,
            headings=(
                "目标", "目标资产", "目标资产编号", "对象编号", "对象名称", "关联资产", "关联对象", "对方", "终点",
            ),
        ),
    ),
)  # fmt: skip
