"""Mailboxes that the worker looks into, and the mails that came by them."""

from django.db import models

from kangwei.servicedesk.enums import MailState


class Mailbox(models.Model):
    """邮箱: a folder on an IMAP server whose mails the desk of a contract takes up.

    `validity` and `read_to` say how far it was read (core.intake.mailbox.Mark). Until `busy_until` a worker holds it
    that looks into it, or it rests after a failure.
    """

    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    host = models.CharField("服务器", max_length=200)
    port = models.PositiveIntegerField("端口")
    tls = models.BooleanField("TLS", default=True)
    user = models.CharField("用户名", max_length=200)
    password = models.TextField("口令")
    folder = models.CharField("文件夹", max_length=200)
    active = models.BooleanField("启用", default=True)
    validity = models.BigIntegerField(null=True)
    read_to = models.BigIntegerField(default=0)
    busy_until = models.DateTimeField(null=True)
    checked_at = models.DateTimeField("最近检查", null=True)
    error = models.CharField("问题", max_length=300, blank=True)
    created_at = models.DateTimeField("建立时间")
    created_by = models.CharField("建立人", max_length=120)

    class Meta:
        ordering = ("user", "pk")
        constraints = (models.UniqueConstraint(fields=["host", "port", "user", "folder"], name="one_mailbox_a_folder"),)

    def __str__(self) -> str:
        return self.user


class ReceivedMail(models.Model):
    """收件: a mail as it came by a mailbox, and what the desk made of it.

    `contract` is the mailbox's when it came: a mailbox that goes over to another supplier shows it no old mails.
    `key` tells copies of one mail, `sha256` is its file in the archive; of one whose `size` is beyond the limit the
    head alone. `answers` are the Message-IDs that it answers, `aside` says why no person wrote it, `fault` what of it
    could not be read.
    """

    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField("大小")
    message_id = models.CharField(max_length=250, db_index=True)
    answers = models.JSONField(default=list)
    sender = models.CharField("发件人", max_length=200)
    address = models.CharField("地址", max_length=320)
    subject = models.CharField("主题", max_length=500)
    sent_at = models.DateTimeField("发出时间", null=True)
    received_at = models.DateTimeField("收到时间")
    attachments = models.PositiveSmallIntegerField("附件", default=0)
    state = models.CharField("状态", max_length=8, choices=MailState.choices, default=MailState.WAITING)
    aside = models.CharField("自动邮件", max_length=30, blank=True)
    fault = models.CharField("读取问题", max_length=200, blank=True)
    ticket = models.ForeignKey("servicedesk.Ticket", models.PROTECT, null=True, related_name="+", verbose_name="工单")
    reason = models.CharField("理由", max_length=300, blank=True)
    handled_at = models.DateTimeField("处理时间", null=True)
    handled_by = models.CharField("处理", max_length=120, blank=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["mailbox", "key"], name="received_once"),)
        indexes = (
            models.Index(
                fields=["received_at", "id"], name="mail_waiting", condition=models.Q(state=MailState.WAITING)
            ),
            models.Index(fields=["state", "received_at"], name="mail_state"),
        )

    def __str__(self) -> str:
        return self.subject or "（无主题）"
