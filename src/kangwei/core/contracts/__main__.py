import argparse
from pathlib import Path

from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import ContractFileError, load_contract, unexplained_lines

p = argparse.ArgumentParser(); p.add_argument("file", type=Path); p.add_argument("--against", type=Path)
a = p.parse_args()
text = a.against.read_text("utf-8") if a.against else None
try:
    c = load_contract(a.file.read_text("utf-8"), file=a.file.name, calendar=bundled_calendar(), source_text=text).contract
except ContractFileError as e:
    print(e); raise SystemExit(1)
left = unexplained_lines(c, text) if text else []
for l in left: print(l.number, l.sign, l.text[:100])
from collections import Counter

print(Counter(x.section for x in c.clauses()), "unexplained:", len(left))
raise SystemExit(bool(left))
