"""Mailboxes: what is fetched, when it is marked as read, what happens where the server or the keeper fails."""

import imaplib
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from kangwei.core.intake import mailbox
from kangwei.core.intake.mailbox import Fetched, MailboxError, Mark, Place, fetch
from tests.fakes.mailboxes import DOVECOT, PLACE, FakeMailbox, dovecot

MAIL = b"From: a@b.example\nSubject: x\n\nhi\n"


@pytest.fixture
def box() -> FakeMailbox:
    return FakeMailbox()


class Keeper(list):
    """What was kept, in its order; `fails_at` the so-manieth cannot be kept."""

    fails_at = 0

    def __call__(self, mail: Fetched) -> None:
        if len(self) + 1 == self.fails_at:
            raise RuntimeError("disk full")
        self.append(mail.content)


def look(box, mark=None, **how):
    """A look into the mailbox: what was kept, and what it came to."""
    keeper = Keeper()
    return keeper, fetch(PLACE, mark, keeper, connect=box.connect, **how)


class TestWhatIsNew:
    def test_at_first_what_nobody_read(self, box):
        box.put(b"old", b"one", b"two")
        box.seen = {1}
        kept, done = look(box)
        assert kept == [b"one", b"two"]
        assert (done.mark, done.withheld) == (Mark(1, 3), 0)
        assert box.seen == {1, 2, 3}

    def test_then_what_came_since_though_somebody_read_it_elsewhere(self, box):
        box.put(b"one")
        _, first = look(box)
        box.put(b"read in the web mail", b"two")
        box.seen.add(2)
        kept, second = look(box, first.mark)
        assert kept == [b"read in the web mail", b"two"]
        assert look(box, second.mark)[0] == []

    def test_what_is_marked_unread_again(self, box):
        box.put(b"one", b"two")
        _, first = look(box)
        box.seen.remove(1)
        assert look(box, first.mark)[0] == [b"one"]

    def test_so_many_a_round_and_the_others_the_next(self, box):
        box.put(*(str(n).encode() for n in range(5)))
        mark, found = None, []
        for _ in range(3):
            kept, done = look(box, mark, most=2)
            found, mark = [*found, *kept], done.mark
        assert found == [b"0", b"1", b"2", b"3", b"4"]

    def test_what_is_read_elsewhere_between_two_rounds_is_not_passed_over(self, box):
        box.put(b"old")
        _, first = look(box)
        box.put(*(str(n).encode() for n in range(4)))
        kept, second = look(box, first.mark, most=2)
        box.seen = {1, 2, 3, 4, 5}
        assert [*kept, *look(box, second.mark)[0]] == [b"0", b"1", b"2", b"3"]

    def test_in_a_folder_that_was_made_anew_again_what_nobody_read(self, box):
        box.put(b"old", b"new")
        box.seen, box.validity = {1}, 2
        kept, done = look(box, Mark(1, 900))
        assert (list(kept), done.mark) == ([b"new"], Mark(2, 2))

    def test_of_a_server_that_numbers_no_mails_what_nobody_read(self, box):
        box.put(b"old", b"new")
        box.seen, box.uids = {1}, False
        kept, done = look(box, Mark(1, 0))
        assert (list(kept), done.mark) == ([b"new"], None)

    def test_of_a_mail_beyond_the_limit_its_head(self, box):
        box.put(MAIL)
        box.sizes[1] = mailbox.MAIL_LIMIT + 1
        kept = []
        fetch(PLACE, None, kept.append, connect=box.connect)
        assert (kept[0].content, kept[0].whole) == (b"From: a@b.example\nSubject: x\n\n", False)
        assert box.seen == {1}


class TestNothingIsLost:
    def test_what_was_not_kept_stays_unread(self, box):
        box.put(b"one", b"two", b"three")
        keeper = Keeper()
        keeper.fails_at = 2
        with pytest.raises(RuntimeError):
            fetch(PLACE, None, keeper, connect=box.connect)
        assert (list(keeper), box.seen, box.closed) == ([b"one"], {1}, 1)
        assert look(box)[0] == [b"two", b"three"]

    @pytest.mark.parametrize("breaks_at", range(1, 12))
    def test_a_connection_that_breaks_at_any_command(self, box, breaks_at):
        box.put(b"one", b"two")
        box.breaks_at, keeper = breaks_at, Keeper()
        with pytest.raises(MailboxError, match="中断"):
            fetch(PLACE, Mark(1, 0), keeper, connect=box.connect)
        box.breaks_at = 0
        again = look(box)[0]
        assert {*keeper, *again} == {b"one", b"two"}
        assert box.opened == box.closed

    def test_a_mail_that_the_server_does_not_give_out_keeps_no_other_waiting(self, box):
        box.put(b"one", b"broken", b"three")
        box.withheld = {2}
        kept, done = look(box)
        assert (list(kept), done.withheld, box.seen) == ([b"one", b"three"], 1, {1, 3})
        box.withheld = set()
        assert look(box, done.mark)[0] == [b"broken"]


class TestRefusals:
    def test_say_why_in_chinese_and_nothing_that_the_server_said(self, box):
        wrong = Place(PLACE.host, 993, True, PLACE.user, "wrong")
        with pytest.raises(MailboxError, match="用户名或口令不对") as refused:
            fetch(wrong, None, Keeper(), connect=box.connect)
        assert "10.1.2.3" not in str(refused.value)

    def test_a_folder_that_is_not_there(self, box):
        elsewhere = Place(PLACE.host, 993, True, PLACE.user, PLACE.password, "报修")
        with pytest.raises(MailboxError, match="没有文件夹「报修」"):
            fetch(elsewhere, None, Keeper(), connect=box.connect)
        box.folders = ('"&YqVP7g-"',)
        assert fetch(elsewhere, None, Keeper(), connect=box.connect).withheld == 0

    def test_a_folder_in_which_nothing_can_be_marked(self, box):
        box.put(b"one")
        box.marking = False
        with pytest.raises(MailboxError, match="标记为已读"):
            look(box)
        box.read_only = True
        with pytest.raises(MailboxError, match="只能读"):
            look(box)

    @pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example"])
    def test_a_name_that_no_server_can_have(self, name):
        with pytest.raises(MailboxError, match="没有这样的服务器名"):
            fetch(Place(name, 1, False, "a", "b"), None, Keeper())

    def test_the_password_is_not_shown_where_a_place_is(self):
        assert PLACE.password not in repr(PLACE)


def test_a_server_that_wants_to_know_who_asks_is_told_before_the_folder_is_opened(box):
    look(box)
    assert box.commands[:3] == ["LOGIN", "ID", "SELECT"]
    box.capabilities = ()
    look(box)
    assert box.commands[:2] == ["LOGIN", "SELECT"]


@pytest.mark.parametrize(
    ("folder", "encoded"),
    [("INBOX", '"INBOX"'), ("A&B", '"A&-B"'), ("报修/急", '"&YqVP7g-/&YCU-"'), ('a"\\b\r\nc', '"a\\"\\\\b&AA0ACg-c"')],
)
def test_names_of_folders_as_the_protocol_has_them(folder, encoded):
    assert mailbox._encoded(folder) == encoded


class _Talker(socketserver.StreamRequestHandler):
    """Says what it was given to say, then listens until the other end goes."""

    def handle(self) -> None:
        self.wfile.write(self.server.says)
        while self.rfile.readline():
            pass


@pytest.fixture
def talker() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talker) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


class TestOverTheWire:
    def at(self, server) -> Place:
        return Place("127.0.0.1", server.server_address[1], False, "desk", "x")

    def test_what_is_no_mail_server_is_told_so(self, talker):
        talker.says = b"SSH-2.0-OpenSSH_9.2\r\n"
        with pytest.raises(MailboxError, match="没有 IMAP 服务"):
            fetch(self.at(talker), None, Keeper())

    def test_an_answer_beyond_all_measure_is_not_taken(self, talker):
        talker.says = b"* OK\r\n* CAPABILITY IMAP4REV1\r\nX1 OK\r\n* 1 FETCH {99999999999}\r\n"
        with pytest.raises(MailboxError):
            fetch(self.at(talker), None, Keeper())

    def test_a_server_that_says_nothing_is_not_waited_for(self, talker, monkeypatch):
        monkeypatch.setattr(mailbox, "ROUND_SECONDS", 0.2)
        talker.says = b""
        with pytest.raises(MailboxError):
            fetch(self.at(talker), None, Keeper())

    def test_where_nobody_listens_it_is_an_error_of_the_network(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            with pytest.raises(ConnectionRefusedError):
                fetch(Place("127.0.0.1", free.getsockname()[1], False, "desk", "x"), None, Keeper())

    def test_every_literal_is_measured_before_it_is_read(self, monkeypatch):
        bounded = mailbox._Bounded.__new__(mailbox._Bounded)
        with pytest.raises(imaplib.IMAP4.abort):
            bounded.read(mailbox.MOST_READ + 1)


@pytest.mark.server
@pytest.mark.skipif(not DOVECOT, reason="no dovecot on this machine")
def test_a_real_server():
    with dovecot() as server:
        server.put("1", MAIL)
        server.put("2", b"From: c@d.example\nSubject: =?utf-8?b?5oql5L+u?=\n\n" + b"x" * 300_000 + b"\n")
        kept: list[Fetched] = []
        first = fetch(server.place, None, kept.append)
        assert [len(mail.content) for mail in kept] == [mail.size for mail in kept]
        assert b"Subject: x" in kept[0].content and (len(kept), server.read()) == (2, 2)
        server.put("3", MAIL)
        (server.inbox / "new" / "3").rename(server.inbox / "cur" / "3:2,S")
        kept.clear()
        second = fetch(server.place, first.mark, kept.append)
        assert (len(kept), second.mark.uid) == (1, 3)
        with pytest.raises(MailboxError, match="用户名或口令不对"):
            fetch(Place(**{**vars(server.place), "password": "wrong"}), None, kept.append)
