"""Practice ledgers of the sizes that the contracts name, as a clerk would bring them; made up and marked so."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

CITY, BLOOD = "hdc-2026-01", "blood-2025-01"
"""Contracts of the library whose buyers hold the ledgers."""
PLACES = ("市级政务云", "通州C1机房", "通州办公区", "异地备份机房")
POINTS = ("西单献血车", "王府井献血屋", "中关村献血车", "采血科", "成分科", "发血室", "库房")
PEOPLE = ("王练习", "李练习", "张练习", "刘练习", "陈练习", "杨练习")
Row = Sequence[object]


@dataclass(frozen=True)
class Ledger:
    """A ledger of one kind, held by the buyer of a contract of the library."""

    kind: str
    contract: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"练习-{self.kind}.csv"

    def content(self) -> bytes:
        """The ledger as CSV in GB18030, as Excel in China saves it."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.headers)
        writer.writerows(self.rows)
        return text.getvalue().encode("gb18030")


def ledgers(today: date, seed: int) -> Iterator[Ledger]:
    """Every practice ledger; the same day and seed give the same rows."""
    for kind, (contract, number, headers, row) in _LEDGERS.items():
        draw = Random(f"{seed}:{kind}")  # noqa: S311 (practice data, nothing secret)
        yield Ledger(kind, contract, headers, tuple(row(n, draw, today) for n in range(1, number + 1)))


def _host(n: int, draw: Random, today: date) -> Row:
    system = draw.choice(["指定业务系统数据库", "运维管理软件", "政务云", ""])
    os = draw.choice(["银河麒麟 V10", "CentOS 7.9", "Windows Server 2019", "统信 UOS 20"])
    return (
        f"练习主机{n:03d}",
        f"10.{72 + n // 250}.{n % 250 + 1}.{draw.randint(2, 250)}",
        "云主机",
        os,
        draw.choice([4, 8, 16, 32]),
        draw.choice([8, 16, 32, 64]),
        draw.choice([100, 200, 500, 1000]),
        system,
        draw.choice(PLACES),
        draw.choice(PEOPLE),
        _day(today, draw, 30, 900),
    )


def _database(n: int, draw: Random, today: date) -> Row:
    product = draw.choice(["Oracle", "MySQL", "人大金仓"])
    return (
        f"练习数据库{n:02d}",
        product,
        f"10.80.1.{n + 10}",
        {"Oracle": 1521, "MySQL": 3306, "人大金仓": 54321}[product],
        "指定业务系统数据库",
        draw.choice([120, 300, 800, 2400]),
        "是",
        _day(today, draw, -1500, -300),
    )


def _network(n: int, draw: Random, today: date) -> Row:
    form = draw.choice(["交换机", "防火墙", "入侵防御", "上网行为管理"])
    return (
        f"练习{form}{n:02d}",
        f"NET{draw.randint(10**9, 10**10 - 1)}",
        form,
        f"10.72.0.{n}",
        "通州C1机房",
        "是",
        _day(today, draw, 10, 700),
    )


def _terminal(n: int, draw: Random, today: date) -> Row:
    return (
        f"练习终端{n:03d}",
        f"PC{draw.randint(10**9, 10**10 - 1)}",
        "台式机",
        f"10.90.{n // 250}.{n % 250 + 1}",
        _mac(draw),
        draw.choice(["银河麒麟桌面版 V10", "Windows 10"]),
        draw.choice(["WPS Office 2023", "Microsoft Office 2019"]),
        draw.choice(PEOPLE),
        f"通州办公区 {draw.randint(1, 12)} 层",
        _day(today, draw, -1800, -100),
    )


def _pda(n: int, draw: Random, today: date) -> Row:
    return (
        f"练习PDA{n:03d}",
        f"PDA{draw.randint(10**9, 10**10 - 1)}",
        draw.choice(["A7", "A9 Pro"]),
        _mac(draw),
        draw.choice(["3.2.1", "3.3.0"]),
        draw.choice(POINTS),
        draw.choice(PEOPLE),
        draw.choice(["在用", "在用", "在用", "备用"]),
        _day(today, draw, -1400, -60),
        _day(today, draw, -30, 600),
    )


def _reader(n: int, draw: Random, today: date) -> Row:
    return (
        f"练习身份证识别器{n:03d}",
        f"IDR{draw.randint(10**9, 10**10 - 1)}",
        draw.choice(["CVR-100", "SS628"]),
        "USB",
        draw.choice(POINTS),
        draw.choice(PEOPLE),
        "在用",
        _day(today, draw, -1400, -60),
    )


def _key(n: int, draw: Random, today: date) -> Row:
    issued = today - timedelta(days=draw.randint(1, 360))
    return (
        f"练习USB Key {n:04d}",
        f"KEY{n:06d}{draw.randint(1000, 9999)}",
        "练习CA",
        f"练习用户{n:04d}",
        f"练习机构{n % 97 + 1:02d}",
        "SM2",
        issued.isoformat(),
        (issued + timedelta(days=365)).isoformat(),
    )


def _personal(n: int, draw: Random, today: date) -> Row:
    issued = today - timedelta(days=draw.randint(1, 364))
    return (
        f"{draw.getrandbits(64):016X}",
        f"练习用户{n:04d}",
        f"练习机构{n % 97 + 1:02d}",
        "练习CA",
        "SM2",
        issued.isoformat(),
        (issued + timedelta(days=365)).isoformat(),
    )


def _server(n: int, draw: Random, today: date) -> Row:
    issued = today - timedelta(days=draw.randint(1, 390))
    return (
        f"练习服务器证书{n:02d}",
        f"{draw.getrandbits(64):016X}",
        f"practice{n:02d}.example.cn",
        "练习CA",
        issued.isoformat(),
        (issued + timedelta(days=397)).isoformat(),
    )


def _unit(n: int, draw: Random, today: date) -> Row:
    issued = today - timedelta(days=draw.randint(1, 360))
    return (
        f"练习单位证书{n:02d}",
        f"{draw.getrandbits(64):016X}",
        f"练习机构{n:02d}",
        "练习CA",
        issued.isoformat(),
        (issued + timedelta(days=365)).isoformat(),
    )


def _mac(draw: Random) -> str:
    return ":".join(f"{draw.randint(0, 255):02X}" for _ in range(6))


def _day(today: date, draw: Random, first: int, last: int) -> str:
    """A day so many days from today, in one of the writings of clerks."""
    day = today + timedelta(days=draw.randint(first, last))
    return draw.choice([day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日"])


Make = Callable[[int, Random, date], Row]
# 20 databases: hdc-2026-01; 186 handhelds, 105 readers: blood-2025-01; 4,926, 12 and 20 certificates: hdc-2026-02.
# 372 hosts and 2,452 keys are what the city's data centre holds in all.
_LEDGERS: dict[str, tuple[str, int, tuple[str, ...], Make]] = {
    "host": (
        CITY,
        372,
        (
            "主机名称",
            "管理IP",
            "形态",
            "操作系统",
            "CPU核数",
            "内存",
            "磁盘",
            "所属系统",
            "存放地点",
            "保管人",
            "维保到期日",
        ),
        _host,
    ),
    "database": (
        CITY,
        20,
        ("数据库名称", "数据库产品", "服务地址", "端口", "所属系统", "数据量", "纳入月度巡检", "启用日期"),
        _database,
    ),
    "network-device": (
        CITY,
        24,
        ("设备名称", "序列号", "设备类型", "管理IP", "存放地点", "每月备份配置", "维保到期日"),
        _network,
    ),
    "terminal": (
        CITY,
        240,
        (
            "终端名称",
            "序列号",
            "终端类型",
            "IP地址",
            "MAC地址",
            "操作系统",
            "办公软件",
            "使用人",
            "存放地点",
            "购置日期",
        ),
        _terminal,
    ),
    "pda": (
        BLOOD,
        186,
        ("设备名称", "序列号", "型号", "MAC地址", "客户端版本", "存放地点", "使用人", "状态", "购置日期", "质保到期日"),
        _pda,
    ),
    "id-reader": (
        BLOOD,
        105,
        ("设备名称", "序列号", "型号", "接口", "存放地点", "使用人", "状态", "购置日期"),
        _reader,
    ),
    "usb-key": (CITY, 2452, ("名称", "序列号", "发证机构", "持有人", "使用单位", "算法", "发放日期", "有效期至"), _key),
    "certificate-personal": (
        CITY,
        4926,
        ("证书序列号", "持有人", "使用单位", "发证机构", "算法", "发放日期", "有效期至"),
        _personal,
    ),
    "certificate-tls": (CITY, 12, ("名称", "证书序列号", "域名", "发证机构", "生效日期", "有效期至"), _server),
    "certificate-unit": (CITY, 20, ("名称", "证书序列号", "使用单位", "发证机构", "发放日期", "有效期至"), _unit),
}
