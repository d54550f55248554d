"""Pictures of produce for goods without a photo: cut paper in three tones, one per kind."""

from django.utils.safestring import SafeString

from cosmolocal.look.drawings.svg import ornament

# Classes: a base, b second, c accent, v veins (strokes). drawings.css gives each kind its colours, light and dark.
PRODUCE: dict[str, str] = {
    "leaf": '<path class="a" d="M48 78C30 74 17 60 19 41c1-9 8-15 14-13 1-9 8-14 15-14s14 5 15 14c6-2 13 4 14 13 2 19-11 33-29 37z"/>'
    '<path class="b" d="M48 78c-9-8-14-20-13-32 1-10 6-17 13-17s12 7 13 17c1 12-4 24-13 32z"/>'
    '<path class="c" d="M43 80c2-14 2-26 2-36h6c0 10 0 22 2 36 0 4-10 4-10 0z"/>'
    '<path class="v" d="M48 62c-6-3-9-7-11-12M48 62c6-3 9-7 11-12M46 50c-5-2-7-6-8-10M50 50c5-2 7-6 8-10M30 58c-3-4-5-9-5-14M66 58c3-4 5-9 5-14"/>',
    "root": '<path class="b" d="M46 36c-10-4-17-12-19-24 10 2 17 8 20 16 0-8 3-14 9-19 3 8 2 16-2 22 4-4 9-6 16-5-3 7-10 11-20 11z"/>'
    '<path class="a" d="M31 40c6-7 28-8 34 0 5 8-4 28-14 44-2 3-5 3-7 0C35 68 27 48 31 40z"/>'
    '<path class="c" d="M56 38c4 0 8 1 9 3 4 7-4 26-13 41 3-15 6-31 4-44z"/>'
    '<path class="v" d="M34 50h9M41 60h8M38 70h5M52 48h8"/>',
    "fruit": '<path class="a" d="M48 33c-7-5-17-5-23 2-8 10-3 30 6 42 5 6 11 6 17 3 6 3 12 3 17-3 9-12 14-32 6-42-6-7-16-7-23-2z"/>'
    '<path class="c" d="M64 31c3 1 5 2 7 4 8 10 3 30-6 42-4 5-9 6-14 4 13-10 20-33 13-50z"/>'
    '<path class="b" d="M50 26c1-9 8-15 19-15-1 9-8 15-19 15z"/><path class="v" d="M48 36c0-8-1-14-5-20M32 44c-1 5 0 10 2 15"/>',
    "mushroom": '<path class="b" d="M41 50h15c0 9 2 16 4 24 1 6-24 6-23 0 2-8 4-15 4-24z"/><path class="c" d="M50 52h6c0 8 2 15 4 22 1 4-5 5-10 5z"/>'
    '<path class="a" d="M14 50c0-20 14-34 34-34s34 14 34 34c0 6-6 7-13 6-14-2-28-2-42 0-7 1-13 0-13-6z"/>'
    '<path class="c" d="M60 18c13 5 22 17 22 32 0 6-6 7-13 6l-7-1c5-12 5-25-2-37z"/>'
    '<path class="v" d="M26 42c2-7 6-12 12-15M44 22l4-1M22 50l-1-2"/>',
    "grain": '<path class="v w" d="M48 86V34M48 86c-2-18-8-30-17-38M48 86c2-18 8-30 17-38"/>'
    '<path class="a" d="M48 34c-5-5-6-12 0-20 6 8 5 15 0 20zM46 47c-7-1-10-6-9-15 8 3 11 8 9 15zM50 47c7-1 10-6 9-15-8 3-11 8-9 15zM46 61c-7-1-10-6-9-15 8 3 11 8 9 15zM50 61c7-1 10-6 9-15-8 3-11 8-9 15z"/>'
    '<path class="b" d="M30 49c-6 0-11-4-12-12 8 1 13 5 12 12zM66 49c6 0 11-4 12-12-8 1-13 5-12 12zM27 38c-4-5-4-10 0-16 5 5 5 11 0 16zM69 38c4-5 4-10 0-16-5 5-5 11 0 16zM36 62c-6 0-11-3-13-11 8 1 14 4 13 11zM60 62c6 0 11-3 13-11-8 1-14 4-13 11z"/>',
    "egg": '<path class="b" d="M62 30c11 2 19 17 18 31-1 11-8 17-17 17s-16-7-17-18c0-15 7-32 16-30z"/>'
    '<path class="a" d="M36 22c13 0 23 19 23 35 0 13-9 22-22 22s-22-9-22-22c0-16 9-35 21-35z"/>'
    '<path class="c" d="M43 24c10 6 16 20 16 33 0 13-9 22-22 22-3 0-6 0-8-1 16-6 22-31 14-54z"/>'
    '<path class="v" d="M24 50c1-7 4-13 8-17"/>',
    "jar": '<path class="b" d="M30 14h36c2 0 3 1 3 3v9H27v-9c0-2 1-3 3-3z"/>'
    '<path class="a" d="M29 28h38c7 4 9 8 9 14v32c0 6-3 8-8 8H28c-5 0-8-2-8-8V42c0-6 2-10 9-14z"/>'
    '<path class="c" d="M28 46h40v24H28z"/><path class="v" d="M27 20h42M36 54h24M36 61h15"/>',
    "meat": '<path class="a" d="M20 58c-6-16 6-36 26-40 18-3 33 8 34 24 1 12-8 19-17 22-8 3-10 13-20 15-10 1-19-8-23-21z"/>'
    '<path class="b" d="M28 56c-4-12 5-26 19-29 13-2 24 5 25 16 0 8-7 12-13 14-8 3-9 12-17 13-6 1-11-6-14-14z"/>'
    '<circle class="c" cx="53" cy="40" r="8"/><path class="v" d="M37 58c-2-7 0-13 5-17M46 62c3-3 4-7 8-9"/>',
    "fish": '<path class="b" d="M66 48c5-8 11-12 18-14-3 9-3 19 0 28-7-2-13-6-18-14z"/><path class="c" d="M36 30c6-8 14-12 24-12-2 6-5 11-9 16zM40 66c4 6 10 9 18 9-1-5-3-9-6-13z"/>'
    '<path class="a" d="M10 49c12-16 27-21 41-19 10 2 18 9 24 18-6 10-14 17-24 19-14 2-29-2-41-18z"/>'
    '<path class="v" d="M33 36c5 8 5 17 0 26M44 42c3 4 3 8 0 12M54 42c3 4 3 8 0 12M64 45c2 2 2 4 0 6"/><circle class="e" cx="24" cy="46" r="2.500"/>',
    "tofu": '<path class="a" d="M14 40 44 26l38 12-30 15z"/><path class="b" d="M14 40v24l38 15V53z"/><path class="c" d="M82 38v24L52 79V53z"/>'
    '<path class="v" d="M33 47v24M29 33l38 12v25M14 52l38 14 30-15M33 47l30-15"/>',
    "tea": '<path class="b" d="M48 60c-14-3-24-14-25-30 15 0 25 12 25 30z"/><path class="a" d="M48 60c-1-21 8-38 26-45 5 20-6 39-26 45z"/>'
    '<path class="c" d="M45 42c-9-7-11-18-6-29 9 8 11 19 6 29z"/><path class="v w" d="M48 84c0-14 0-26-4-40"/>'
    '<path class="v" d="M50 54c5-11 11-20 19-29M45 55c-5-8-10-14-16-19"/>',
    "bread": '<path class="a" d="M12 56c0-19 15-31 36-31s36 12 36 31c0 12-5 17-14 17H26c-9 0-14-5-14-17z"/>'
    '<path class="c" d="M63 27c13 4 21 14 21 29 0 12-5 17-14 17H58c11-11 13-31 5-46z"/>'
    '<path class="b" d="M26 40c3-5 7-8 12-9 1 6-1 13-6 18-3-2-5-5-6-9zM44 36c3-4 7-6 12-6 1 6-1 14-6 19-4-3-6-8-6-13zM62 42c2-3 5-5 9-5 2 5 1 11-2 16-4-2-7-6-7-11z"/>'
    '<path class="v" d="M22 66h20M48 66h6"/>',
    "tool": '<path class="b" d="M46 12h6v50h-6z"/><path class="c" d="M40 10h18c2 0 3 1 3 3s-1 3-3 3H40c-2 0-3-1-3-3s1-3 3-3z"/>'
    '<path class="a" d="M35 52h28v14c0 10-5 17-14 22-9-5-14-12-14-22z"/><path class="d" d="M49 52h14v14c0 10-5 17-14 22z"/>'
    '<path class="v" d="M49 58v18"/>',
    "crate": '<path class="b" d="M24 42c-2-9 3-17 11-18 2-8 14-11 19-4 8-3 17 3 17 11 5 2 6 7 4 11z"/><path class="a" d="M12 42h72v40H12z"/>'
    '<path class="c" d="M12 52h72v4H12zM12 67h72v4H12z"/><path class="d" d="M18 42h6v40h-6zM72 42h6v40h-6z"/><path class="v" d="M40 36c-1-4 0-8 3-10M56 36c0-4 2-7 5-9"/>',
}


def product_drawing(kind: str, classes: str = "") -> SafeString:
    """The placeholder of a kind; anything unknown is a crate. Silent: the name of the goods stands beside it."""
    known = kind if kind in PRODUCE else "crate"
    return ornament(PRODUCE[known], class_=f"produce produce-{known} {classes}".strip(), viewBox="-8 -8 112 112")
