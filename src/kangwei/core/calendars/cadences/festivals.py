"""The names of the statutory holidays, as contracts write them and as the calendar does."""

from collections.abc import Sequence

from ..days import HolidayPeriod

_ALIASES = {
    "元旦": ("新年", "元旦节"),
    "春节": ("农历新年", "农历除夕", "除夕", "过年"),
    "清明节": ("清明",),
    "劳动节": ("五一", "五一劳动节", "五一节"),
    "端午节": ("端午",),
    "中秋节": ("中秋",),
    "国庆节": ("国庆", "十一", "十一国庆节"),
}
_FESTIVALS = {name: festival for festival, aliases in _ALIASES.items() for name in (festival, *aliases)}


def check_festivals(names: Sequence[str]) -> None:
    """ValueError for a name that is no statutory holiday: it would silently never come."""
    for name in names:
        if name not in _FESTIVALS:
            raise ValueError(f"没有「{name}」这个法定节假日，可写：{'、'.join(_ALIASES)}")


def counts_as(period: HolidayPeriod, names: Sequence[str]) -> bool:
    """Whether a break bears one of the names; 国庆节、中秋节 counts for either. No names mean every break."""
    return not names or any(_FESTIVALS[name] in period.name.split("、") for name in names)
