"""Organisations, people and their roles."""

from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from kangwei.accounts.enums import PERMISSIONS, MailNotices, PartyKind, Place, Role


class Party(models.Model):
    """单位: an organisation that buys, supplies, supervises, or runs this platform."""

    name = models.CharField("名称", max_length=200, unique=True)
    kind = models.CharField("类别", max_length=12, choices=PartyKind.choices)
    practice = models.BooleanField("练习数据", default=False)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        ordering = ("kind", "name")

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """区: a district, with the place class that service levels use (城区, 近郊, 远郊)."""

    name = models.CharField("名称", max_length=60, unique=True)
    place = models.CharField("地域类别", max_length=20, choices=Place.choices, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Institution(models.Model):
    """机构: a served organisation."""

    name = models.CharField("名称", max_length=200, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name="区")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)


class Person(AbstractBaseUser):
    """人员: somebody who signs in, on behalf of one party.

    `mail_notices` says which notices go to `mail` as well, those from `mail_since` on.
    """

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    party = models.ForeignKey(Party, models.PROTECT, related_name="people", verbose_name="单位")
    phone = models.CharField("电话", max_length=40, blank=True)
    mail = models.EmailField("邮箱", blank=True)
    mail_notices = models.CharField("邮件通知", max_length=8, choices=MailNotices.choices, blank=True)
    mail_since = models.DateTimeField(null=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改口令", default=False)
    created_at = models.DateTimeField("建立时间")

    objects = PersonManager()
    USERNAME_FIELD = "username"

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        """How the audit trail names the person."""
        return f"{self.name}（{self.username}）"

    @cached_property
    def role_codes(self) -> frozenset[str]:
        """The codes of the roles held."""
        return frozenset(self.roles.values_list("role", flat=True))

    def has_perm(self, permission: str) -> bool:
        """Whether one of the person's roles carries the permission; nobody inactive has any."""
        return self.is_active and any(permission in PERMISSIONS[Role(code)] for code in self.role_codes)


class RoleGrant(models.Model):
    """One role of one person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    granted_by = models.CharField("授予者", max_length=120)
    granted_at = models.DateTimeField("授予时间")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "role"], name="one_grant_a_role"),)

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


class ApiKey(models.Model):
    """接口密钥: by which another system calls on behalf of a person. Only its SHA-256 is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_keys")
    name = models.CharField("用途", max_length=100)
    start = models.CharField("开头", max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("建立时间")
    created_by = models.CharField("建立人", max_length=120)
    agreed_at = models.DateTimeField("本人同意时间", null=True)
    revoked_at = models.DateTimeField("作废时间", null=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} {self.start}…"


class Notice(models.Model):
    """通知: something that a person should know, with the page that it is about. The same `key` tells a person once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    text = models.CharField("内容", max_length=300)
    link = models.CharField(max_length=200)
    urgent = models.BooleanField("紧急", default=False)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=["person", "key"], name="told_once"),)
        indexes = (models.Index(fields=["person", "at"], name="notice_unread", condition=models.Q(read_at=None)),)

    def __str__(self) -> str:
        return self.text
