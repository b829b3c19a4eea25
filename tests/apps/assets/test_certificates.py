"""Certificates: read from a server, renewed many at once, told of once a date."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kangwei.assets import actions, queries
from kangwei.assets.models import Asset
from kangwei.assets.signals import expiry_near
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.core.probes import Measurement
from kangwei.core.probes.tls import TlsProbe
from tests.fakes.probes import certificate, server_context, serving

SYSTEM = System("测试")
TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def days(count: int) -> str:
    return (TODAY + timedelta(days=count)).isoformat()


def shown(pem):
    """A server that shows a certificate to whoever shakes hands."""
    return serving(lambda _: None, tls=server_context(pem))


class TestReading:
    @pytest.fixture
    def tls(self, make_asset):
        return make_asset(kind="certificate-tls", name="门户证书", serial_number="旧序列号", domain="his.example.cn")

    @pytest.fixture
    def pem(self, tmp_path):
        ends = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)  # the next day in Shanghai
        begins = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
        names = ("his.example.cn", "www.example.cn")
        return certificate(tmp_path / "server.pem", begins=begins, ends=ends, names=names, subject="his.example.cn")

    def read(self, asset, now, port, **changes):
        asset.attributes["endpoint"] = f"127.0.0.1:{port}"
        asset.save()
        return actions.read_certificate(**{"asset": asset, "this_server": True, "actor": SYSTEM, "now": now} | changes)

    def test_what_the_server_shows_is_kept_with_an_event(self, tls, pem, now):
        with shown(pem) as port:
            found = self.read(tls, now, port)
        tls.refresh_from_db()
        assert tls.serial_number == found["serial"]
        assert tls.expires_on == date(2027, 3, 2)
        known = dict(tls.attributes)
        assert len(known.pop("fingerprint")) == 64
        assert known == {
            "domain": "his.example.cn", "endpoint": f"127.0.0.1:{port}", "other_domains": "www.example.cn",
            "subject": "CN=his.example.cn", "ca": "his.example.cn", "algorithm": "ECC", "issued": "2026-03-01",
            "valid_until": "2027-03-02", "faults": "证书是自签名的", "read_on": "2026-11-20",
        }  # fmt: skip
        event = tls.events.first()
        assert (event.action, event.label, event.note) == (
            "read_certificate", "读取证书", f"127.0.0.1:{port}：证书是自签名的",
        )  # fmt: skip
        assert event.changes["serial_number"] == ["旧序列号", found["serial"]]
        assert AuditEntry.objects.filter(action="assets.read_certificate", subject_id=str(tls.pk)).count() == 1

    def test_an_expired_certificate_is_read_too(self, tls, tmp_path, now):
        pem = certificate(tmp_path / "old.pem", ends=datetime(2026, 11, 1, tzinfo=UTC), names=("his.example.cn",))
        with shown(pem) as port:
            assert self.read(tls, now, port)["faults"].startswith("证书已过期")
        tls.refresh_from_db()
        assert tls.expires_on == date(2026, 11, 1)

    def test_a_server_that_does_not_answer_changes_nothing(self, tls, now):
        with serving(lambda _: None) as port:
            pass
        with pytest.raises(ActionError, match=r"没有读到 127\.0\.0\.1:\d+ 的证书：连接被拒绝"):
            self.read(tls, now, port)
        tls.refresh_from_db()
        assert (tls.serial_number, tls.events.count()) == ("旧序列号", 1)

    def test_a_certificate_that_is_registered_already_is_named(self, tls, make_asset, pem, now):
        with shown(pem) as port:
            self.read(tls, now, port)
            other = make_asset(kind="certificate-tls", name="另一张", serial_number="2", domain="www.example.cn")
            with pytest.raises(ActionError, match=f"已登记为「门户证书」（{tls.number}）"):
                self.read(other, now, port)

    def test_suppliers_may_not_look_into_this_server(self, tls, pem, now):
        with shown(pem) as port:
            with pytest.raises(ActionError, match="乙方人员不能读取"):
                self.read(tls, now, port, this_server=False)
            self.read(tls, now, port, this_server=True)

    def test_suppliers_may_read_elsewhere(self, tls, now):
        class Elsewhere(TlsProbe):
            async def measure(self, target, now):
                return Measurement((), f"问了 {target.address}，{dict(target.options)}")

        with pytest.raises(ActionError, match=r"问了 his\.example\.cn，\{'server_name': 'his\.example\.cn'\}"):
            actions.read_certificate(asset=tls, this_server=False, actor=SYSTEM, now=now, probe=Elsewhere())

    @pytest.mark.parametrize("domain", ["", "*.example.cn"])
    def test_without_an_address_there_is_nothing_to_read(self, tls, now, domain):
        tls.attributes = {"domain": domain}
        with pytest.raises(ActionError, match="请先填写域名或读取地址"):
            actions.read_certificate(asset=tls, this_server=True, actor=SYSTEM, now=now)

    def test_only_server_certificates_are_read(self, make_asset, now):
        with pytest.raises(ActionError, match="只有服务器证书"):
            actions.read_certificate(asset=make_asset(name="PDA", serial_number="1"), this_server=True, actor=SYSTEM,
                                     now=now)  # fmt: skip


class TestRenewing:
    @pytest.fixture
    def personal(self, make_asset):
        return [
            make_asset(kind="certificate-personal", name=f"张{n}", serial_number=f"CP{n}", valid_until=days(n))
            for n in range(3)
        ]

    def renew(self, assets, now, expires_on=date(2027, 11, 30), **changes):
        facts = {"issued": None, "approved_by": "李主任", "note": "集中续期", "actor": SYSTEM, "now": now}
        return actions.renew_many(assets=assets, expires_on=expires_on, **facts | changes)

    def test_many_are_renewed_at_once_with_an_event_each(self, personal, now):
        assert self.renew(personal, now, issued=date(2026, 11, 20)) == 3
        for asset in Asset.objects.filter(kind="certificate-personal"):
            assert (asset.expires_on, asset.attributes["issued"]) == (date(2027, 11, 30), "2026-11-20")
            event = asset.events.first()
            assert (event.action, event.label, event.approved_by, event.note) == (
                "operate", "更新", "李主任", "集中续期",
            )  # fmt: skip
        assert AuditEntry.objects.filter(action="assets.operate").count() == 3

    def test_one_that_ends_later_stops_all(self, personal, now):
        self.renew(personal[2:], now, expires_on=date(2028, 1, 1))
        with pytest.raises(ActionError, match=r"张2.*不早于新的到期日；全部没有续期") as refusal:
            self.renew(personal, now)
        assert refusal.value.field == "expires_on"
        personal[0].refresh_from_db()
        assert personal[0].expires_on == TODAY

    def test_some_kinds_ask_who_approved(self, make_asset, personal, now):
        licence = make_asset(kind="licence", name="办公软件", product="WPS", licence_number="1", valid_until=days(3))
        with pytest.raises(ActionError, match="续期须写明批准人") as refusal:
            self.renew([*personal, licence], now, approved_by="")
        assert refusal.value.field == "approved_by"
        assert self.renew([*personal, licence], now) == 4

    def test_what_has_no_renewal_is_refused(self, make_asset, now):
        terminal = make_asset(kind="terminal", name="PC", serial_number="1", warranty_until=days(3))
        with pytest.raises(ActionError, match="终端不能这样续期"):
            self.renew([terminal], now)

    def test_nothing_chosen_is_nothing_renewed(self, now):
        with pytest.raises(ActionError, match="请先选择"):
            self.renew([], now)


class TestTelling:
    @pytest.fixture
    def told(self):
        """What the signal said, as (asset, date)."""
        heard = []

        def hear(asset_id, expires_on, **_):
            heard.append((asset_id, expires_on))

        expiry_near.connect(hear)
        yield heard
        expiry_near.disconnect(hear)

    @pytest.fixture
    def tell(self, now, django_capture_on_commit_callbacks):
        def tell(at=now):
            with django_capture_on_commit_callbacks(execute=True):
                return actions.tell_expiries(actor=SYSTEM, now=at)

        return tell

    def test_what_nears_its_end_is_told_of_once(self, make_asset, tell, told):
        near = make_asset(kind="certificate-tls", name="近", serial_number="1", domain="a.cn", valid_until=days(30))
        past = make_asset(kind="certificate-tls", name="过", serial_number="2", domain="b.cn", valid_until=days(-1))
        make_asset(kind="certificate-tls", name="远", serial_number="3", domain="c.cn", valid_until=days(31))
        assert tell() == 2
        assert sorted(told) == [(near.pk, TODAY + timedelta(days=30)), (past.pk, TODAY - timedelta(days=1))]
        assert tell() == 0
        assert len(told) == 2
        assert AuditEntry.objects.filter(action="assets.tell_expiry").count() == 2

    def test_each_kind_has_its_own_days(self, make_asset, tell, told):
        remind = queries.kinds()["licence"].remind_days
        assert remind > 30
        licence = make_asset(kind="licence", name="许可", product="WPS", licence_number="1", valid_until=days(remind))
        make_asset(kind="certificate-tls", name="证书", serial_number="1", domain="a.cn", valid_until=days(remind))
        tell()
        assert [asset for asset, _ in told] == [licence.pk]

    def test_another_date_is_told_of_again(self, make_asset, tell, told, now):
        asset = make_asset(kind="certificate-tls", name="证书", serial_number="1", domain="a.cn", valid_until=days(3))
        tell()
        actions.edit(asset=asset, values={"valid_until": days(20)}, actor=SYSTEM, now=now)
        tell()
        actions.edit(asset=asset, values={"valid_until": days(400)}, actor=SYSTEM, now=now)
        tell()
        assert [expires_on for _, expires_on in told] == [TODAY + timedelta(days=3), TODAY + timedelta(days=20)]

    def test_what_is_scrapped_is_told_of_no_more(self, make_asset, tell, told, now):
        asset = make_asset(kind="certificate-tls", name="证书", serial_number="1", domain="a.cn", valid_until=days(3))
        actions.scrap(asset=asset, reason="停用", approved_by="科长", actor=SYSTEM, now=now)
        assert (tell(), told) == (0, [])

    def test_a_listener_that_fails_keeps_nobody_else_from_being_told(self, make_asset, tell, told):
        def fail(**_):
            raise RuntimeError

        for number in (1, 2):
            serial = str(number)
            make_asset(kind="certificate-tls", name="证书", serial_number=serial, domain="a.cn", valid_until=days(1))
        expiry_near.connect(fail)
        try:
            assert tell() == 2
        finally:
            expiry_near.disconnect(fail)
        assert len(told) == 2
