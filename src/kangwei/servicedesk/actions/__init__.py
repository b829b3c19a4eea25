"""State changes of tickets, one function each."""

from kangwei.servicedesk.actions.alerts import Taken, take_alert
from kangwei.servicedesk.actions.attachments import attach_files, open_with_files, show_file
from kangwei.servicedesk.actions.callbacks import draw_sample, record_call
from kangwei.servicedesk.actions.calls import Done, OtherBodyError, once
from kangwei.servicedesk.actions.concerning import name_asset, unname_asset
from kangwei.servicedesk.actions.deadlines import settle_due
from kangwei.servicedesk.actions.dispatches import (
    accept_dispatch,
    cancel_dispatch,
    check_in,
    depart,
    finish_visit,
    issue_dispatch,
)
from kangwei.servicedesk.actions.entrances import close_entrance, open_entrance, open_entrances
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.handing import hand_over
from kangwei.servicedesk.actions.hotline import open_order, set_verdict, set_weights
from kangwei.servicedesk.actions.importing import Known, Source, TakenOver, finish_import, take_over
from kangwei.servicedesk.actions.knowing import put_aside, take_up, write_up
from kangwei.servicedesk.actions.mailboxes import check_mailbox, save_mailbox
from kangwei.servicedesk.actions.mailing import add_mail, refuse_mail
from kangwei.servicedesk.actions.month_reports import archive_month_report
from kangwei.servicedesk.actions.ratings import rate
from kangwei.servicedesk.actions.receiving import open_received, receive_chat, receive_mail
from kangwei.servicedesk.actions.reporting import report
from kangwei.servicedesk.actions.scripts import archive_scripts, save_script, set_script_active
from kangwei.servicedesk.actions.signatures import sign_dispatch
from kangwei.servicedesk.actions.solving import open_and_solve
from kangwei.servicedesk.actions.teams import (
    RosterError,
    add_shifts,
    drop_shift,
    import_roster,
    save_team,
    set_team_active,
)
from kangwei.servicedesk.actions.tickets import (
    add_note,
    assign,
    change_facts,
    hold_open,
    open_ticket,
    pause,
    resume,
    take_step,
)

__all__ = [
    "Done",
    "Known",
    "OtherBodyError",
    "RosterError",
    "Source",
    "Taken",
    "TakenOver",
    "accept_dispatch",
    "add_mail",
    "add_note",
    "add_shifts",
    "archive_month_report",
    "archive_scripts",
    "assign",
    "attach",
    "attach_files",
    "cancel_dispatch",
    "change_facts",
    "check_in",
    "check_mailbox",
    "close_entrance",
    "depart",
    "draw_sample",
    "drop_shift",
    "finish_import",
    "finish_visit",
    "hand_over",
    "hold_open",
    "import_roster",
    "issue_dispatch",
    "name_asset",
    "once",
    "open_and_solve",
    "open_entrance",
    "open_entrances",
    "open_order",
    "open_received",
    "open_ticket",
    "open_with_files",
    "pause",
    "put_aside",
    "rate",
    "receive_chat",
    "receive_mail",
    "record_call",
    "refuse_mail",
    "report",
    "resume",
    "save_mailbox",
    "save_script",
    "save_team",
    "set_script_active",
    "set_team_active",
    "set_verdict",
    "set_weights",
    "settle_due",
    "show_file",
    "sign_dispatch",
    "take_alert",
    "take_over",
    "take_step",
    "take_up",
    "unname_asset",
    "write_up",
]
