"""Our own line icons: the inside of a 24 × 24 SVG, drawn with a stroke of the current colour."""

ICONS = {
    # Navigation
    "home": '<path d="M4 11 12 4l8 7v9h-5v-6H9v6H4z"/>',
    "contract": '<path d="M6 3h9l4 4v14H6z"/><path d="M14 3v5h5M9 12h7M9 15.5h7"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.5h16M8 3.5V8M16 3.5V8"/>',
    "ticket": '<path d="M4 8V5.5h16V8a4 4 0 0 0 0 8v2.5H4V16a4 4 0 0 0 0-8zM10 9.5h4M10 12h4M10 14.5h4"/>',
    "inspection": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.3 15.3 21 21M7.5 10.5l2.2 2.2 3.8-4"/>',
    "asset": '<path d="M4 4h16v7H4zM4 13h16v7H4zM7.5 7.5h.01M7.5 16.5h.01M11 7.5h6M11 16.5h6"/>',
    "knowledge": '<path d="M12 6.5C10 5 7 4.5 3.5 4.5v14c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2v-14C17 4.5 14 5 12 6.5z"/>'
    '<path d="M12 6.5v14"/>',
    "document": '<path d="M6 3h9l4 4v14H6zM14 3v5h5"/>',
    "acceptance": '<path d="M4 8h16v12H4zM8 8V4h8v4M8.5 14l2.5 2.5 4.5-5"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 12h2M10 12h10M4 17h7M15 17h5"/><circle cx="15" cy="7" r="2"/>'
    '<circle cx="8" cy="12" r="2"/><circle cx="13" cy="17" r="2"/>',
    # Actions
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.5 5.5"/>',
    "download": '<path d="M12 4v11M7.5 11 12 15.5 16.5 11M4.5 20h15"/>',
    "upload": '<path d="M12 16V4.5M7.5 9 12 4.5 16.5 9M4.5 20h15"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "edit": '<path d="m5 19 1-4.5L16.5 4l3.5 3.5L9.5 18zM14 6.5l3.5 3.5"/>',
    "trash": '<path d="M5 7h14M9.5 7V4h5v3M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H4V8h16v9h-3M7 13.5h10v7H7z"/>',
    "refresh": '<path d="M19.5 9A8 8 0 0 0 5.5 7M5 3.5V7.5h4M4.5 15a8 8 0 0 0 14 2M19 20.5v-4h-4"/>',
    "filter": '<path d="M4 5h16l-6.5 8v5l-3 2v-7z"/>',
    "list": '<path d="M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01"/>',
    "menu": '<path d="M4 6.5h16M4 12h16M4 17.5h16"/>',
    "logout": '<path d="M14 4.5H5v15h9M10 12h10.5M17 8.5 20.5 12 17 15.5"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4"/>',
    "label": '<path d="M4 4h8l8.5 8.5-8 8L4 12zM8 8h.01"/>',
    "link": '<path d="M10 14 14 10M8.5 11l-3 3a3.5 3.5 0 0 0 5 5l3-3M15.5 13l3-3a3.5 3.5 0 0 0-5-5l-3 3"/>',
    "paperclip": '<path d="m19 11.5-7.5 7.5a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.5 4.5l-8 8a1.5 1.5 0 0 1-2-2l7-7"/>',
    "phone": '<path d="M6 3.5h3l1.5 4.5-2 1.5a11 11 0 0 0 6 6l1.5-2 4.5 1.5v3c0 1.2-1 2-2.2 2C11 19.6 4.'
    '4 13 4 5.7A2 2 0 0 1 6 3.5z"/>',
    "lock": '<path d="M5.5 10.5h13v10h-13zM8.5 10.5V7.5a3.5 3.5 0 0 1 7 0v3M12 14.5v2.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "history": '<path d="M4 5v4.5h4.5M4.5 9.5A8.2 8.2 0 1 1 4 13M12 8v4.5l3 1.8"/>',
    "inbox": '<path d="M4 13 6.5 5h11L20 13v6.5H4zM4 13h5l1 2.5h4l1-2.5h5"/>',
    "left": '<path d="M14.5 5.5 8 12l6.5 6.5"/>',
    "right": '<path d="M9.5 5.5 16 12l-6.5 6.5"/>',
    "first": '<path d="M17.5 5.5 11 12l6.5 6.5M6.5 5.5v13"/>',
    "last": '<path d="M6.5 5.5 13 12l-6.5 6.5M17.5 5.5v13"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    # Tones of states: told apart by their outline alone, for readers who do not see the colour
    "ok": '<circle cx="12" cy="12" r="9"/><path d="m7.8 12.3 2.9 2.9 5.5-6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 3v18a9 9 0 0 0 0-18z" fill="currentColor"/>',
    "warn": '<path d="M12 3.5 22 20.5H2zM12 10v4.5M12 17.2v.3"/>',
    "bad": '<path d="M12 2 22 12 12 22 2 12z" fill="currentColor"/><path d="M12 7.5v5M12 15.8v.4" stroke="#fff"/>',
    "muted": '<circle cx="12" cy="12" r="9" stroke-dasharray="3.5 3.2"/>',
}
