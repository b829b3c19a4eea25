"""Write library/calendars/cn-YYYY.yaml from the `holidays` package.

Run it after the State Council has published the arrangement of another year and a release of `holidays`
carries it: move the year from ESTIMATED to NOTICES, run `python tools/seed_calendars.py`, and read the
difference.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import holidays

FOLDER = Path(__file__).parents[1] / "src" / "kangwei" / "library" / "calendars"

NOTICES = {2024: "国办发明电〔2023〕7号", 2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}
ESTIMATED = (2027,)

OFFICIAL_SOURCE = "国务院办公厅关于{year}年部分节假日安排的通知（{notice}），取自 holidays {package} 并逐日核对"
ESTIMATED_SOURCE = (
    "按《全国年节及纪念日放假办法》（国务院令第795号）推算，含周末补假，未含调休；取自 holidays {package}，"
    "待国务院办公厅通知公布后更正"
)

ONE_DAY = timedelta(days=1)


def main() -> None:
    """Write one file for each year named above."""
    for year in (*NOTICES, *ESTIMATED):
        path = FOLDER / f"cn-{year}.yaml"
        path.write_text("\n".join(lines(year)) + "\n", encoding="utf-8")
        print(path.name)


def lines(year: int) -> Iterator[str]:
    """The file of one year, line by line."""
    source = OFFICIAL_SOURCE if year in NOTICES else ESTIMATED_SOURCE
    yield "# Written by tools/seed_calendars.py."
    yield "calendar: cn"
    yield f"year: {year}"
    yield f"status: {'official' if year in NOTICES else 'estimated'}"
    yield "source: " + source.format(year=year, notice=NOTICES.get(year), package=version("holidays"))
    yield "days:"
    for day, kind, name in sorted(special_days(year)):
        yield f"  - {{date: {day}, kind: {kind}, name: {name}}}"


def special_days(year: int) -> Iterator[tuple[date, str, str]]:
    """(date, kind, name of the break) of every day off in a break and every make-up day."""
    # Neighbouring years are needed for a New Year break that begins in December.
    china = holidays.country_holidays("CN", years=range(year - 1, year + 2), language="zh_CN")
    for run in breaks(china):
        name = break_name([china[day] for day in run if day in china])
        found = [(day, "holiday", name) for day in run]
        found += [(day, "makeup", name) for day in makeup_days(china, run)]
        yield from (entry for entry in found if entry[0].year == year)


def breaks(china: holidays.HolidayBase) -> Iterator[list[date]]:
    """Runs of consecutive days off that hold a public holiday, the weekends next to it included."""
    years = sorted(china.years)
    day, end = date(years[0], 1, 1), date(years[-1], 12, 31)
    run: list[date] = []
    while day <= end:
        if not china.is_working_day(day):
            run.append(day)
        else:
            if any(off in china for off in run):
                yield run
            run = []
        day += ONE_DAY


def break_name(names: Sequence[str]) -> str:
    """One name for a break: the festivals in it, in their order, without the remarks on substitute days."""
    festivals = [re.sub("（补假）$", "", name) for name in names if not name.startswith("休息日")]
    festivals = ["春节" if name == "农历除夕" else name for name in festivals]
    return "、".join(dict.fromkeys(festivals))


def makeup_days(china: holidays.HolidayBase, run: Sequence[date]) -> list[date]:
    """The weekend days worked for a break; the package names them in the days off they pay for."""
    remarks = " ".join(china.get(day, "") for day in run)
    return [date.fromisoformat(text) for text in re.findall(r"由 (\d{4}-\d\d-\d\d) 调休", remarks)]


if __name__ == "__main__":
    main()
