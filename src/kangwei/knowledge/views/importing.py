"""Articles from Excel."""

from django.http import HttpResponse
from django.shortcuts import render

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out, excel
from kangwei.knowledge import actions, queries
from kangwei.knowledge.forms.importing import ImportForm
from kangwei.knowledge.models import LABELS
from kangwei.knowledge.views.finding import by

MOST_SHOWN = 200
EXAMPLE = (
    "示例：医生工作站打不开，提示数据库连接失败", "数据库", "ORA-12541 监听", "双击图标后提示 ORA-12541。",
    "数据库监听没有启动。", "1. 登录数据库服务器。\n2. 执行 lsnrctl start。\n3. 请来电人重新打开。", "",
)  # fmt: skip


@requires("knowledge.write")
def bring(request: PersonRequest) -> HttpResponse:
    """Bring a file; what came in, what is known already and what was refused stands by line."""
    owners = queries.owners(request.user)
    if not owners:
        return render(request, "knowledge/no_owner.html", {"title": "导入知识"})
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*sent, owners=owners)
    results: list[actions.Imported] = []

    def act() -> None:
        file = form.cleaned_data["file"]
        results.append(actions.import_articles(
            owner=form.cleaned_data.get("owner") or owners[0], content=file.read(), file_name=file.name or "",
            submit=form.cleaned_data["submit"], **by(request),
        ))  # fmt: skip

    if request.method == "POST" and form.is_valid():
        carried_out(form, act)
    result = results[0] if results else None
    context = {
        "title": "导入知识", "form": form, "result": result, "headers": LABELS.values(),
        "faults": result.faults[:MOST_SHOWN] if result else [],
        "more_faults": max(0, len(result.faults) - MOST_SHOWN) if result else 0,
        "known": result.known[:MOST_SHOWN] if result else [],
        "more_known": max(0, len(result.known) - MOST_SHOWN) if result else 0,
    }  # fmt: skip
    return render(request, "knowledge/import.html", context, status=422 if form.errors else 200)


@requires("knowledge.write")
def template(request: PersonRequest) -> HttpResponse:
    """An Excel file with the columns and one line as an example."""
    del request
    return excel("知识导入模板.xlsx", {"知识": (list(LABELS.values()), [EXAMPLE])})
