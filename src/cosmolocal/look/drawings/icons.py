"""The small signs beside words: strokes on a 24 x 24 grid, in the colour of the text."""

from django.utils.safestring import SafeString

from cosmolocal.look.drawings.svg import ornament, picture

# Each is the inner markup of one icon. A path without `fill` is a stroke.
ICONS: dict[str, str] = {
    "home": '<path d="M4 11 12 4l8 7"/><path d="M6 9.5V20h12V9.5"/><path d="M10 20v-5.5h4V20"/>',
    "basket": '<path d="M3.5 10h17l-1.6 9h-13.8z"/><path d="m8 10 3-6M16 10l-3-6"/><path d="M9.5 13.5v2.5M14.5 13.5v2.5"/>',
    "together": '<circle cx="8.5" cy="8.5" r="3"/><circle cx="16.5" cy="9.5" r="2.4"/>'
    '<path d="M3 19c.4-3.4 2.600-5.300 5.500-5.300s5.100 1.900 5.500 5.300M15.500 14.300c3-.6 5.200 1 5.500 4.200"/>',
    "neighbours": '<path d="M3 20v-8l4.500-3.500L12 12v8M12 20v-9l4.500-4L21 11v9M2 20h20"/><path d="M7.500 20v-4M16.500 20v-4"/>',
    "me": '<circle cx="12" cy="8.500" r="3.500"/><path d="M5 20c.6-4 3.300-6 7-6s6.400 2 7 6"/>',
    "leaf": '<path d="M19.500 4.500C10 4.500 5 9 5 15c0 2 .7 3.500 1.500 4.300C15 19.500 19.800 14 19.500 4.500z"/><path d="M4 21c2-5 5.500-8.500 10.500-11"/>',
    "coin": '<ellipse cx="12" cy="7" rx="7" ry="3"/><path d="M5 7v5c0 1.700 3.100 3 7 3s7-1.300 7-3V7M5 12v5c0 1.700 3.100 3 7 3s7-1.300 7-3v-5"/>',
    "calendar": '<path d="M4.500 6h15v14h-15zM4.500 10.500h15M8.500 3.500V8M15.500 3.500V8"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.500V12l3 2"/>',
    "check": '<path d="m5 12.500 4.500 4.500L19 7"/>',
    "cross": '<path d="m6 6 12 12M18 6 6 18"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "search": '<circle cx="10.500" cy="10.500" r="6"/><path d="m15 15 5 5"/>',
    "back": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "forward": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "up": '<path d="m6 15 6-6 6 6"/>',
    "warn": '<path d="M12 4 21 19.500H3z"/><path d="M12 10v4.500M12 17v.2"/>',
    "info": '<circle cx="12" cy="12" r="8"/><path d="M12 11v5M12 8v.2"/>',
    "mail": '<path d="M3.500 6h17v12.500h-17z"/><path d="m4 7 8 6.500L20 7"/>',
    "phone": '<path d="M7.500 3h9v18h-9zM11 18h2"/>',
    "key": '<circle cx="8" cy="12" r="4"/><path d="M12 12h9M17.500 12v3.500M20.500 12v2.500"/>',
    "lock": '<path d="M5.500 11h13v9.500h-13z"/><path d="M8 11V8a4 4 0 0 1 8 0v3M12 14.500v2.500"/>',
    "place": '<path d="M12 21c4.500-5 6.500-8.300 6.500-11.300a6.500 6.500 0 0 0-13 0C5.500 12.700 7.500 16 12 21z"/><circle cx="12" cy="9.700" r="2.300"/>',
    "map": '<path d="m3.500 6.500 5.500-2 6 2 5.500-2v13l-5.500 2-6-2-5.500 2zM9 4.500v13M15 6.500v13"/>',
    "truck": '<path d="M2.500 6h11v10.500h-11zM13.500 9.500h4l4 3.500v3.500h-8"/><circle cx="7" cy="17.500" r="2"/><circle cx="17" cy="17.500" r="2"/>',
    "crate": '<path d="M3.500 8h17v11.500h-17zM3.500 12h17M3.500 15.700h17M6.500 8V5M17.500 8V5"/>',
    "scales": '<path d="M5 20.500h14M6.500 20.500 8 11h8l1.500 9.500M4.500 7.500h15M12 7.500V11"/><path d="M12 18v-2.500"/><circle cx="12" cy="16" r="2.500"/>',
    "farm": '<path d="M3 20V11l5.500-4L14 11v9M3 20h18M6.500 20v-5h4v5"/><path d="M17.500 20v-8M17.500 15c2.300 0 3.500-1.300 3.500-3.500-2.300 0-3.500 1.200-3.500 3.500zM17.500 17c-2 0-3-1-3-3"/>',
    "door": '<path d="M6 20.500V4h12v16.500M3.500 20.500h17M14.500 12v1.500"/>',
    "store": '<path d="M4 10.500V20h16v-9.500M3 10l2-5.500h14L21 10c0 1.500-1 2.500-2.300 2.500S16.400 11.500 16.400 10c0 1.500-1 2.500-2.200 2.500S12 11.500 12 10c0 1.500-1 2.500-2.200 2.500S7.600 11.500 7.600 10c0 1.500-1 2.500-2.300 2.500S3 11.500 3 10z"/>',
    "list": '<path d="M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500h.2M4.500 12h.2M4.500 17.500h.2"/>',
    "print": '<path d="M7 9V4h10v5M7 16.500H3.500V9h17v7.500H17"/><path d="M7 14h10v6.500H7z"/>',
    "download": '<path d="M12 4v11M7.500 11l4.500 4.500 4.500-4.500M4.500 20h15"/>',
    "upload": '<path d="M12 15.500V4M7.500 8.500 12 4l4.500 4.500M4.500 20h15"/>',
    "share": '<circle cx="6" cy="12" r="2.500"/><circle cx="17.500" cy="6" r="2.500"/><circle cx="17.500" cy="18" r="2.500"/><path d="m8.300 10.900 7-3.700M8.300 13.100l7 3.700"/>',
    "copy": '<path d="M8.500 8.500h11v11h-11z"/><path d="M15.500 8.500v-4h-11v11h4"/>',
    "edit": '<path d="M5 19l1-4L16.500 4.500l3 3L9 18z"/><path d="m14 7 3 3"/>',
    "bin": '<path d="M4.500 7h15M9 7V4.500h6V7M6.500 7l1 13.500h9l1-13.500M10.500 11v6M13.500 11v6"/>',
    "gear": '<circle cx="12" cy="12" r="3"/><path d="M12 3.500v3M12 17.500v3M3.500 12h3M17.500 12h3M6 6l2.100 2.100M15.900 15.900 18 18M18 6l-2.100 2.100M8.100 15.900 6 18"/>',
    "bell": '<path d="M6 17c1-1.500 1.300-3 1.300-6a4.700 4.700 0 0 1 9.400 0c0 3 .3 4.500 1.300 6zM10 20h4M12 6.300V4.500"/>',
    "book": '<path d="M12 6.500C10 5 7 4.500 4 4.500v14c3 0 6 .5 8 2 2-1.500 5-2 8-2v-14c-3 0-6 .5-8 2zM12 6.500v14"/>',
    "chart": '<path d="M4 4v16h16"/><path d="m7.500 15 3.500-4 3 2.500L19 8"/>',
    "vote": '<path d="M4 12.500h16V20H4zM8 16.200h8"/><path d="m8.500 12.500-1-5 8-3 2 8"/>',
    "hand": '<path d="M3 14.500 7 12c2-1 3.500-.5 5 .5h3c1.600 0 1.600 2.300 0 2.300h-3.500M15.500 14l4-2.300c1.500-.6 2.400 1 1.200 2L15 18.500c-1.600 1-3.500 1-5 .4L7 18H3"/>',
    "camera": '<path d="M3.500 7.500H8l1.500-2.500h5L16 7.500h4.500v12h-17z"/><circle cx="12" cy="13.300" r="3.500"/>',
    "qr": '<path d="M4.500 4.500h6v6h-6zM13.500 4.500h6v6h-6zM4.500 13.500h6v6h-6zM13.500 13.500h2.500v2.500h-2.500zM17.500 17.500h2v2M17.500 13.500h2M13.500 19.500h1"/>',
    "out": '<path d="M10.500 4.500h-6v15h6M9.500 12H20M16 8l4 4-4 4"/>',
    "sun": '<circle cx="12" cy="12" r="3.700"/><path d="M12 3v2.500M12 18.500V21M3 12h2.500M18.500 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M18.400 5.600l-1.800 1.800M7.400 16.600l-1.800 1.800"/>',
    "undo": '<path d="M8 5 4 9l4 4"/><path d="M4 9h9.500a5.500 5.500 0 0 1 0 11H8"/>',
}
# Signs that point along the line of writing turn round in right-to-left pages.
_TURNING = frozenset({"back", "forward", "out", "undo", "list", "truck"})


def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """One icon; silent beside words, or named by `label` when it stands alone. Unknown names draw a leaf."""
    inner = ICONS.get(name, ICONS["leaf"])
    turning = " icon-turning" if name in _TURNING else ""
    attributes = {"class_": f"icon{turning} {classes}".strip(), "viewBox": "0 0 24 24", "width": 24, "height": 24}
    return picture(inner, label, **attributes) if label else ornament(inner, **attributes)
