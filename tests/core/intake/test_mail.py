"""Mails as files, whole and broken."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.intake import Attached, MailError, read_mail
from kangwei.core.intake import mail as module


def make_mail(text="系统打不开\n请处理", **headers) -> EmailMessage:
    message = EmailMessage()
    given = {
        "From": "张医生 <zhang@hospital.example>", "Subject": "门诊系统打不开", "Message-ID": "<1@hospital.example>",
        "Date": "Fri, 20 Nov 2026 09:05:12 +0800",
    }  # fmt: skip
    for name, value in (given | {key.replace("_", "-"): value for key, value in headers.items()}).items():
        message[name] = value
    message.set_content(text)
    return message


def test_who_wrote_what_and_when():
    mail = read_mail(make_mail().as_bytes())
    assert (mail.sender, mail.address, mail.subject) == ("张医生", "zhang@hospital.example", "门诊系统打不开")
    assert (mail.message_id, mail.at) == ("<1@hospital.example>", datetime(2026, 11, 20, 1, 5, 12, tzinfo=UTC))
    assert (mail.text, mail.attached) == ("系统打不开\n请处理", ())


@pytest.mark.parametrize("charset", ["undefined", "idna", "utf-7", "unicode_escape", "rot13", "nowhere"])
def test_a_charset_that_is_none_for_mails_breaks_nothing(charset):
    subject = f"From: a@b.example\nSubject: =?{charset}?B?XHVkODAwICvYAA==?=\n\nhi\n"
    body = f"From: a@b.example\nSubject: x\nContent-Type: text/plain; charset={charset}\n\nhi \\ud800 +2AA-\n"
    for content in (subject, body):
        mail = read_mail(content.encode())
        assert (mail.subject + mail.text).encode()
        assert "hi" in mail.text


def test_attachments_with_their_sizes():
    message = make_mail()
    message.add_attachment(b"\x89PNG\r\n\x1a\n...", maintype="image", subtype="png", filename="截图.png")
    message.add_attachment(b"x" * 10, maintype="application", subtype="octet-stream")
    attached = read_mail(message.as_bytes()).attached
    assert [(file.name, file.size) for file in attached] == [("截图.png", 11), ("附件2", 10)]


def test_a_mail_that_is_attached_is_a_file():
    message = make_mail()
    message.add_attachment(make_mail("里面的", Subject="原邮件"))
    mail = read_mail(message.as_bytes())
    assert mail.text == "系统打不开\n请处理"
    assert mail.attached[0].name == "转发的邮件.eml"
    assert read_mail(mail.attached[0].content).subject == "原邮件"


def test_the_name_of_a_file_leads_to_no_folder():
    message = make_mail()
    message.add_attachment(b"x", maintype="text", subtype="csv", filename="../../etc/报表.csv")
    message.add_attachment(b"x", maintype="text", subtype="csv", filename="C:\\temp\\a.csv")
    assert [file.name for file in read_mail(message.as_bytes()).attached] == ["报表.csv", "a.csv"]


def test_plain_text_counts_where_there_is_some_else_the_words_of_the_page():
    message = make_mail()
    message.add_alternative("<p>别看这个</p>", subtype="html")
    assert read_mail(message.as_bytes()).text == "系统打不开\n请处理"
    page = EmailMessage()
    page["Subject"] = "x"
    page.set_content(
        "<html><head><title>不显示</title><style>p{}</style></head><body><p>第一行&nbsp;&amp;</p><div>第二行<br>第三行</div>"
        "<script>alert(1)</script></body></html>", subtype="html",
    )  # fmt: skip
    assert read_mail(page.as_bytes()).text == "第一行 &\n\n第二行\n第三行"


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "x-unknown", "utf-8", ""])
def test_charsets_that_lie(charset):
    head = f'Subject: x\r\nContent-Type: text/plain; charset="{charset}"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    for text in ("系统打不开", "镕基"):
        for real in ("utf-8", "gb18030"):
            if (charset, real) in (("gb2312", "utf-8"), ("gbk", "utf-8"), ("gb18030", "utf-8")):
                continue
            assert read_mail(head.encode() + text.encode(real)).text == text


def test_headers_that_are_not_encoded_as_they_should_be():
    raw = "From: 张医生 <zhang@a.cn>\r\nSubject: 打不开\r\n\r\n正文".encode("gb18030")
    mail = read_mail(raw)
    assert (mail.sender, mail.subject, mail.text) == ("张医生", "打不开", "正文")
    encoded = b"From: =?x-no-such?B?1cXSvcn6?= <z@a.cn>\r\nSubject: =?gb2312?B?tPK7u7+q?=\r\n\r\n"
    assert read_mail(encoded).sender == "张医生"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "nonsense",
        "Fri, 99 Nov 2026 09:05:12 +0800",
        "Mon, 1 Jan 0001 00:00:00 +2400",
        "Fri, 31 Dec 9999 23:59:59 +0000",
    ],
)
def test_a_date_that_there_is_not(date):
    assert read_mail(make_mail().as_bytes().replace(b"Fri, 20 Nov 2026 09:05:12 +0800", date.encode())).at is None


HTML = b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize(("page", "text"), [
    (b"a<![foo[b]]>c", "ac"), (b"a<![ b", "a<![ b"), (b"<![if !mso]>a<![endif]>", "a"), (b"a<!--b<p>c", "a"),
    (b"a<script>if (b<c) '</p>'</script>d", "ad"), (b"1 < 2 &lt;b&gt; &#x0;", "1 < 2 <b> \ufffd"),
    (b"<P>a</P><Br/>b", "a\n\nb"),
])  # fmt: skip
def test_a_page_that_is_not_as_it_should_be(page, text):
    assert read_mail(HTML + page).text == text


@pytest.mark.parametrize("piece", [b"<a ", b"<a b='", b"<!--", b"<script", b"<![CDATA[", b"</", b"&#"])
def test_a_large_page_of_unended_pieces_is_read_in_one_pass(piece):
    assert read_mail(HTML + piece * 100_000).subject == "x"


def test_what_the_standard_library_gives_up_on_is_refused():
    page = b"Content-Type: text/html\r\n\r\n&#" + b"9" * 5_000 + b";"
    with pytest.raises(MailError, match="读不出来"):
        read_mail(b"Subject: x\r\n" + page)


def test_a_sender_of_brackets_without_end_is_no_sender():
    try:
        mail = read_mail(b"Subject: x\r\nFrom: " + b"(" * 10_000 + b"\r\n\r\n")
    except MailError:
        # Some releases of Python go too deep here, others do not.
        return
    assert (mail.subject, mail.sender) == ("x", "")


def test_of_headers_without_end_only_the_beginning_is_read():
    mail = read_mail(
        b"Content-Type: text/plain" + b"; a=b" * 200_000 + b"\r\nSubject: " + b"=?a?q?" * 200_000 + b"\r\n\r\nhello"
    )
    assert mail.text == "hello"
    assert 0 < len(mail.subject) <= module.LONGEST_HEADER


def test_a_forwarded_mail_stays_as_it_came():
    inner = b"From: a@b.cn\r\nTo: " + b"c@d.cn, " * 30 + b"e@f.cn\r\nSubject: x\r\n\r\nhello\r\n"
    outer = (
        b"Subject: y\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    (file,) = read_mail(outer + inner + b"\r\n--b--\r\n").attached
    assert file.content.replace(b"\r\n", b"\n").rstrip() == inner.replace(b"\r\n", b"\n").rstrip()


def test_what_is_no_mail_is_refused():
    for content in (b"", b"hello", b"%PDF-1.7\n...", b"\x00" * 100, "姓名,电话\n张三,1".encode()):
        with pytest.raises(MailError, match="不是邮件"):
            read_mail(content)


def test_what_is_too_large_is_refused_and_just_not_is_read(monkeypatch):
    content = make_mail().as_bytes()
    monkeypatch.setattr(module, "MAIL_LIMIT", len(content) - 1)
    with pytest.raises(MailError, match="超过"):
        read_mail(content)
    monkeypatch.setattr(module, "MAIL_LIMIT", len(content))
    assert read_mail(content).subject == "门诊系统打不开"


def nested(depth: int) -> bytes:
    head = b"Subject: x\r\nMIME-Version: 1.0\r\n"
    for level in range(depth):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
    return head + b"Content-Type: text/plain\r\n\r\ndeep"


def test_parts_within_parts():
    assert read_mail(nested(20)).text == "deep"
    with pytest.raises(MailError, match=r"结构有误|部分太多"):
        read_mail(nested(3_000))


def test_parts_beside_parts():
    many = b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 1_000 + b"--b--"
    with pytest.raises(MailError, match="部分太多"):
        read_mail(many)


@given(st.binary(max_size=600))
def test_whatever_comes_is_read_or_refused(content):
    for start in (b"", b"Subject: x\r\n", b"Subject: =?", b'Content-Type: multipart/mixed; boundary="b"\r\nFrom: '):
        try:
            read_mail(start + content)
        except MailError:
            continue


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200), st.sampled_from(["utf-8", "gb18030"]))
def test_a_text_comes_through(text, charset):
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = "x"
    message.set_content(text, charset=charset)
    assert read_mail(message.as_bytes()).text == text.replace("\r\n", "\n").strip()


def test_a_file_knows_its_size():
    assert Attached("a.txt", b"123").size == 3


class TestNobodyWroteIt:
    @pytest.mark.parametrize(
        ("headers", "why"),
        [
            ({"X_Kangwei_Notice": "1", "Auto_Submitted": "auto-generated"}, "本系统的通知"),
            ({"Auto_Submitted": "auto-replied; owner=a@b.example"}, "自动答复或自动邮件"),
            ({"X_Autoreply": "yes"}, "自动答复或自动邮件"),
            ({"Subject": "自动回复: 门诊系统打不开"}, "自动答复或自动邮件"),
            ({"From": "MAILER-DAEMON@hospital.example"}, "退信或回执"),
            ({"Return_Path": "<>"}, "退信或回执"),
            ({"Precedence": "Bulk"}, "群发邮件"),
            ({"Auto_Submitted": "no"}, ""),
            ({"Precedence": "list"}, ""),
            ({"Subject": "自动回复功能打不开"}, ""),
        ],
    )
    def test_by_its_headers(self, headers, why):
        assert read_mail(make_mail(**headers).as_bytes()).automatic == why

    def test_a_report_of_delivery(self):
        content = make_mail().as_bytes().replace(b"text/plain", b"multipart/report; boundary=x")
        assert read_mail(content).automatic == "退信或回执"


def test_which_mails_it_answers_the_nearest_first():
    mail = read_mail(make_mail(References="<1@a> <2@a> <3@a>", In_Reply_To="<3@a>").as_bytes())
    assert mail.answers == ("<3@a>", "<2@a>", "<1@a>")
    assert read_mail(make_mail().as_bytes()).answers == ()


def test_copies_are_one_mail_and_a_forged_number_makes_none_of_another():
    mail = read_mail(make_mail().as_bytes())
    assert read_mail(make_mail(Received="from x by y").as_bytes()).identity == mail.identity
    others = (make_mail("别的"), make_mail(From="b@b.example"), make_mail(Message_ID="<2@hospital.example>"))
    assert mail.identity not in {read_mail(other.as_bytes()).identity for other in others}
