"""`kangwei inspect`: against servers on this machine, without a database."""

import io
import json

import pytest

from kangwei.commands import inspecting
from tests.fakes.probes import answering, page, serving


def test_a_target_that_passes_gives_0(kangwei):
    with serving(answering(page(b"hello"))) as port:
        outcome = kangwei("inspect", f"http://127.0.0.1:{port}/", "--template", "http-service")

    assert outcome.status == 0
    assert outcome.out[0].split() == ["检查项", "实测值", "阈值", "判定", "说明"]
    assert outcome.out[2].split() == ["状态码", "200", "仅记录"]
    assert outcome.last == "网站与接口巡检：正常。"


def test_a_target_that_fails_gives_1(kangwei):
    with serving(answering(page(b"sorry", status="500 Internal Server Error"))) as port:
        outcome = kangwei("inspect", f"http://127.0.0.1:{port}/", "--template", "http-service")

    assert outcome.status == 1
    assert outcome.last == "网站与接口巡检：严重。"


def test_a_target_that_does_not_answer_gives_1_and_the_reason(kangwei):
    with serving(answering()) as port:
        pass

    outcome = kangwei("inspect", f"http://127.0.0.1:{port}/", "--template", "http-service")

    assert outcome.status == 1
    assert outcome.last.startswith("网站与接口巡检：严重，")


def test_json_is_all_that_stdout_holds(kangwei):
    with serving(answering(page(b"hello"))) as port:
        outcome = kangwei("inspect", f"http://127.0.0.1:{port}/", "--template", "http-service", "--json")

    found = json.loads("\n".join(outcome.out))
    assert (found["template"], found["verdict"], found["failure"]) == ("http-service", "normal", "")
    assert [row["value"] for row in found["results"] if row["key"] == "status"] == [200]
    assert outcome.err == ["网站与接口巡检：正常。"]


def test_local_is_the_machine_itself(kangwei):
    outcome = kangwei("inspect", "local", "--template", "host-local", "--json")

    found = json.loads("\n".join(outcome.out))
    assert 0 < next(row["value"] for row in found["results"] if row["key"] == "memory_percent") < 100
    assert outcome.status == (found["verdict"] not in ("normal", "recorded"))


@pytest.mark.parametrize(
    ("url", "template", "reason"),
    [
        (
            "http://127.0.0.1/",
            "nix",
            "没有名为「nix」的巡检模板，可用的有 host-local、http-service、postgresql-monthly",
        ),
        ("ftp://127.0.0.1/", "http-service", "应为 http:// 或 https:// 开头的完整网址"),
        ("postgresql://u:geheim@127.0.0.1/db", "postgresql-monthly", "地址里不能写密码，请填在密码一栏"),
    ],
)
def test_what_cannot_be_inspected_is_refused(kangwei, url, template, reason):
    outcome = kangwei("inspect", url, "--template", template)

    assert (outcome.status, outcome.out, outcome.err) == (1, [], [reason])


@pytest.mark.parametrize("way", ["environment", "stdin"])
def test_the_password_comes_from_the_environment_or_stdin(kangwei, monkeypatch, way):
    given = {}
    measure = inspecting.inspect_once

    def spy(url, template, *, now, secret):
        given["secret"] = secret
        return measure(url, template, now=now, secret=secret)

    monkeypatch.setattr(inspecting, "inspect_once", spy)
    monkeypatch.setattr("sys.stdin", io.StringIO("aus der Leitung\nzweite Zeile\n"))
    monkeypatch.setenv("KANGWEI_TARGET_SECRET", "aus der Umgebung")
    with serving(answering()) as port:
        pass
    extra = ["--secret-stdin"] if way == "stdin" else []

    outcome = kangwei("inspect", f"postgresql://u@127.0.0.1:{port}/db", "--template", "postgresql-monthly", *extra)

    assert outcome.status == 1
    assert given["secret"] == ("aus der Leitung" if way == "stdin" else "aus der Umgebung")
    assert not any("aus der" in line for line in [*outcome.out, *outcome.err])
