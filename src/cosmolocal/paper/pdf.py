def render(sheet):
    return b""
