"""Plausible names of goods and farms, made here; a taxonomy that lies beside the checkout only adds to them."""

import json
from itertools import product
from pathlib import Path

# Names of a real taxonomy (Data Food Consortium) in English and French, where somebody has laid it there.
TAXONOMY = Path(__file__).resolve().parents[2] / "shared/data/provision/dfc-productTypes.json"

_KINDS: tuple[tuple[str, str], ...] = (
    ("carrot", "carotte"),
    ("potato", "pomme de terre"),
    ("leek", "poireau"),
    ("onion", "oignon"),
    ("cabbage", "chou"),
    ("spinach", "épinard"),
    ("lettuce", "laitue"),
    ("beetroot", "betterave"),
    ("turnip", "navet"),
    ("fennel", "fenouil"),
    ("celery", "céleri"),
    ("tomato", "tomate"),
    ("cucumber", "concombre"),
    ("pumpkin", "potiron"),
    ("aubergine", "aubergine"),
    ("pea", "petit pois"),
    ("bean", "haricot"),
    ("lentil", "lentille"),
    ("chickpea", "pois chiche"),
    ("apple", "pomme"),
    ("pear", "poire"),
    ("plum", "prune"),
    ("cherry", "cerise"),
    ("quince", "coing"),
    ("walnut", "noix"),
    ("hazelnut", "noisette"),
    ("rice", "riz"),
    ("wheat flour", "farine de blé"),
    ("rye bread", "pain de seigle"),
    ("oat flake", "flocon d'avoine"),
    ("millet", "millet"),
    ("egg", "œuf"),
    ("goat cheese", "fromage de chèvre"),
    ("cow's milk", "lait de vache"),
    ("yoghurt", "yaourt"),
    ("butter", "beurre"),
    ("honey", "miel"),
    ("mushroom", "champignon"),
    ("tofu", "tofu"),
    ("trout", "truite"),
    ("chicken", "poulet"),
    ("rapeseed oil", "huile de colza"),
    ("apple vinegar", "vinaigre de pomme"),
    ("parsley", "persil"),
    ("basil", "basilic"),
    ("thyme", "thym"),
    ("green tea", "thé vert"),
)
_SORTS: tuple[tuple[str, str], ...] = (
    ("early", "précoce"),
    ("late", "tardif"),
    ("golden", "doré"),
    ("white", "blanc"),
    ("green", "vert"),
    ("black", "noir"),
    ("small", "petit"),
    ("large", "gros"),
    ("wild", "sauvage"),
    ("mountain", "de montagne"),
    ("smoked", "fumé"),
    ("dried", "séché"),
    ("fresh", "frais"),
    ("pickled", "en saumure"),
    ("old sort of", "ancienne variété de"),
)
_HILLS = ("Alder", "Birch", "Clay", "Dove", "Elm", "Fern", "Gorse", "Heron", "Ivy", "Juniper", "Kestrel", "Larch")
_LANDS = ("hill", "brook", "field", "mill", "hollow", "bridge", "meadow", "wood", "ridge", "moor")


def goods() -> list[tuple[str, str]]:
    """Names of goods in two languages, several hundred, always in the same order."""
    made = [(f"{sort} {kind}", f"{other} {autre}") for (kind, autre), (sort, other) in product(_KINDS, _SORTS)]
    return [*made, *_taxonomy()]


def farms(count: int) -> list[str]:
    """So many names of places."""
    names = [f"{hill}{land}" for land, hill in product(_LANDS, _HILLS)]
    return [
        names[number % len(names)] + (f" {number // len(names) + 1}" * (number >= len(names)))
        for number in range(count)
    ]


def _taxonomy() -> list[tuple[str, str]]:
    if not TAXONOMY.exists():
        return []
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    found = []
    for node in json.loads(TAXONOMY.read_text(encoding="utf-8"))[0]["@graph"]:
        words = {one.get("@language"): one["@value"] for one in node.get(label, [])}
        if "en" in words:
            found.append((str(words["en"]), str(words.get("fr", ""))))
    return sorted(set(found))
