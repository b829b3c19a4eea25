"""Which addresses of a subnet are taken, and which two things claim the same one. Pure."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

PREFIX = 24


@dataclass(frozen=True)
class Holder:
    """A registered thing that has an address. `free`: it is registered and the address is not in use."""

    pk: int
    kind: str
    kind_name: str
    number: str
    name: str
    user: str
    ip: str
    mac: str
    free: bool = False


@dataclass(frozen=True)
class Conflict:
    """An address that several things claim, and why that cannot be."""

    what: str
    address: str
    reason: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class Subnet:
    """A subnet of 254 addresses: those taken, and the others as ranges."""

    network: str
    taken: tuple[str, ...]
    free_ranges: tuple[str, ...]
    free: int


def conflicts(holders: Iterable[Holder]) -> list[Conflict]:
    """The same IP or MAC address claimed twice, by address.

    A terminal and its registration share both, which is as it should be; two of one kind, or two things that differ in
    the other address, are two devices with one address.
    """
    used = [holder for holder in holders if not holder.free]
    found = [*_twice(used, "IP地址", "ip", "mac"), *_twice(used, "MAC地址", "mac", "ip")]
    return sorted(found, key=lambda conflict: (conflict.what, _sort_key(conflict.address)))


def _twice(holders: Sequence[Holder], what: str, same: str, other: str) -> Iterable[Conflict]:
    known = sorted((one for one in holders if getattr(one, same)), key=lambda one: str(getattr(one, same)))
    for address, group in groupby(known, key=lambda one: str(getattr(one, same))):
        claims = tuple(group)
        if reason := _reason(claims, other):
            yield Conflict(what, address, reason, claims)


def _reason(claims: tuple[Holder, ...], other: str) -> str:
    kinds = [claim.kind_name for claim in claims]
    doubled = [kind for kind in dict.fromkeys(kinds) if kinds.count(kind) > 1]
    if doubled:
        return f"{'、'.join(doubled)}中登记了 {max(kinds.count(kind) for kind in doubled)} 次"
    others = {getattr(claim, other) for claim in claims} - {""}
    if len(others) > 1:
        return f"{'MAC' if other == 'mac' else 'IP'} 地址不一致：{'、'.join(sorted(others))}"
    return ""


def subnets(taken: Iterable[str]) -> list[Subnet]:
    """The /24 subnets that these IPv4 addresses lie in, with what is free in each; other addresses are left out."""
    by_network: dict[ipaddress.IPv4Network, set[int]] = {}
    for text in taken:
        address = _v4(text)
        if address:
            network = ipaddress.IPv4Network((address, PREFIX), strict=False)
            by_network.setdefault(network, set()).add(int(address))
    return [_subnet(network, numbers) for network, numbers in sorted(by_network.items())]


def subnet_of(text: str) -> str:
    """The /24 subnet of an IPv4 address; "" for anything else."""
    address = _v4(text)
    return str(ipaddress.IPv4Network((address, PREFIX), strict=False)) if address else ""


def _subnet(network: ipaddress.IPv4Network, taken: set[int]) -> Subnet:
    hosts = range(int(network.network_address) + 1, int(network.broadcast_address))
    free = [number for number in hosts if number not in taken]
    return Subnet(
        str(network), tuple(str(ipaddress.IPv4Address(number)) for number in sorted(taken)), tuple(_ranges(free)),
        len(free),
    )  # fmt: skip


def _ranges(numbers: Sequence[int]) -> Iterable[str]:
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        first, last = (str(ipaddress.IPv4Address(number)) for number in (run[0], run[-1]))
        yield first if first == last else f"{first} – {last}"


def _v4(text: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(text)
    except ValueError:
        return None


def _sort_key(address: str) -> tuple[int, str]:
    found = _v4(address)
    return (int(found), "") if found else (0, address)
