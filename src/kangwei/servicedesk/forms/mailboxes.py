"""Forms about mailboxes and the mails that come by them."""

from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.base.forms import RowField
from kangwei.servicedesk.forms.words import long_text

if TYPE_CHECKING:
    from kangwei.servicedesk.models import Mailbox

TLS, PLAIN = "tls", "plain"
SECURITY = [(TLS, "TLS（端口 993）"), (PLAIN, "不加密（端口 143）")]
PORT = 993
INBOX = "INBOX"


class MailboxForm(forms.Form):
    """Where the mails are fetched. The stored password is never shown; left empty it stays."""

    host = forms.CharField(label="IMAP 服务器", max_length=200, help_text="域名或 IP，如 imap.example.cn")
    security = forms.ChoiceField(
        label="加密", choices=SECURITY, initial=TLS, help_text="不加密时，口令和邮件原样在网上走"
    )
    port = forms.IntegerField(label="端口", initial=PORT)
    user = forms.CharField(label="用户名", max_length=200, help_text="一般就是邮箱地址")
    password = forms.CharField(
        label="口令", max_length=200, strip=False, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    folder = forms.CharField(label="文件夹", max_length=200, initial=INBOX, help_text="收件箱是 INBOX")
    active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, contracts: Any, box: "Mailbox | None" = None, **kwargs: Any) -> None:
        if box:
            kwargs["initial"] = {
                "contract": box.contract_id, "host": box.host, "security": TLS if box.tls else PLAIN,
                "port": box.port, "user": box.user, "folder": box.folder, "active": box.active,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        contract = RowField(
            label="合同", queryset=contracts, help_text="能在这份合同上受理工单的人，都看得到收来的邮件"
        )
        self.fields = {"contract": contract, **self.fields}
        kept = "不改就留空；改了服务器、端口、加密或用户名须重填。" if box else ""
        self.fields["password"].help_text = f"{kept}加密保存，以后不再显示。有的邮箱要填授权码"

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says, as the action takes it."""
        values = dict(self.cleaned_data)
        values["tls"] = values.pop("security") == TLS
        return values | {"password": values["password"] or None}


class RefuseForm(forms.Form):
    """Why a mail becomes no ticket."""

    reason = long_text("理由", rows=2, most=300)
