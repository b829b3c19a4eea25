"""Which addresses are free, and which are claimed twice."""

from itertools import count

from kangwei.assets.addresses import Holder, conflicts, subnet_of, subnets

numbers = count(1)


def holder(kind="address-registration", ip="10.1.1.5", mac="AA:AA:AA:AA:AA:01", *, free=False):
    names = {"address-registration": "IP与MAC登记", "terminal": "终端", "printer": "打印机"}
    number = next(numbers)
    return Holder(number, kind, names[kind], f"N-{number}", "终端", "王", ip, mac, free)


def found(*holders):
    return [(one.what, one.address, one.reason) for one in conflicts(holders)]


def test_a_terminal_and_its_registration_are_one_device():
    assert found(holder(), holder("terminal")) == []
    assert found(holder(), holder("terminal", mac="")) == []
    assert found(holder(mac=""), holder("terminal", ip="")) == []


def test_one_address_of_two_devices_is_a_conflict():
    assert found(holder(), holder("terminal", mac="AA:AA:AA:AA:AA:02")) == [
        ("IP地址", "10.1.1.5", "MAC 地址不一致：AA:AA:AA:AA:AA:01、AA:AA:AA:AA:AA:02")
    ]


def test_one_mac_with_two_addresses_is_a_conflict():
    assert found(holder(), holder("terminal", ip="10.1.1.6")) == [
        ("MAC地址", "AA:AA:AA:AA:AA:01", "IP 地址不一致：10.1.1.5、10.1.1.6")
    ]


def test_two_of_a_kind_with_one_address_are_a_conflict():
    assert found(holder("terminal", mac=""), holder("terminal", mac="")) == [
        ("IP地址", "10.1.1.5", "终端中登记了 2 次")
    ]
    assert found(holder(ip="10.1.1.5"), holder(ip="10.1.1.6")) == [
        ("MAC地址", "AA:AA:AA:AA:AA:01", "IP与MAC登记中登记了 2 次")
    ]


def test_an_address_that_was_given_back_conflicts_with_nothing():
    assert found(holder(free=True), holder("terminal", mac="AA:AA:AA:AA:AA:02")) == []


def test_a_subnet_tells_what_is_taken_and_the_rest_as_ranges():
    (net,) = subnets(["10.1.1.1", "10.1.1.3", "10.1.1.254", "10.1.1.3"])
    assert (net.network, net.taken) == ("10.1.1.0/24", ("10.1.1.1", "10.1.1.3", "10.1.1.254"))
    assert net.free_ranges == ("10.1.1.2", "10.1.1.4 – 10.1.1.253")
    assert net.free == 251


def test_subnets_stand_in_the_order_of_their_addresses():
    assert [net.network for net in subnets(["10.10.0.1", "10.2.0.1", "2001:db8::1", ""])] == [
        "10.2.0.0/24", "10.10.0.0/24",
    ]  # fmt: skip


def test_a_full_subnet_has_nothing_free():
    (net,) = subnets(f"10.1.1.{last}" for last in range(1, 255))
    assert (net.free, net.free_ranges) == (0, ())


def test_the_subnet_of_an_address():
    assert subnet_of("10.1.2.3") == "10.1.2.0/24"
    assert (subnet_of("2001:db8::1"), subnet_of("")) == ("", "")
