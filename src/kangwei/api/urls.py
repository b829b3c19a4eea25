"""Addresses of the API and of its description."""

from django.urls import URLPattern
from ninja import NinjaAPI, Swagger

from kangwei.accounts.api import requires_key
from kangwei.api.refusals import speak_chinese
from kangwei.base.permissions import by_key, declared_access, signed_in
from kangwei.servicedesk.api import router as tickets

api = NinjaAPI(
    title="康维接口",
    version="1",
    description="其他系统凭密钥受理、查询和办理工单。密钥由系统管理员在「设置 · 接口密钥」建立，放在请求头 "
    "`Authorization: Bearer kw_…`。写入须带 `Idempotency-Key`：同一个键重发不会重复办理。",
    urls_namespace="api",
    # Else a page served under a public name would ask a service elsewhere whether the description is valid.
    docs=Swagger(settings={"validatorUrl": None}),
    docs_decorator=signed_in,
    # Refused to everybody unless the operation names its permission.
    auth=requires_key(""),
)
speak_chinese(api)
api.add_router("", tickets)

patterns, app_name, namespace = api.urls
for pattern in patterns:
    if isinstance(pattern, URLPattern) and declared_access(pattern.callback) is None:
        by_key(pattern.callback)
urls = (patterns, app_name, namespace)
