"""The page docs/reference/tables.md: for each table, what vouches for its rows, or why nothing has to.

What is kept or sealed is read from the models, and why one is neither where it stands beside the model; what says
nothing of itself stands here with its reason, or its table is missing.
"""

import os

import django
from django.apps import apps
from django.db import models
from django.utils.module_loading import import_string

DERIVED = {
    "account.EmailAddress": "written by django-allauth at sign-in; `doctor` compares each with the sealed address of "
    "its user",
    "kernel.Written": "which deed wrote a row since it was sealed, noted by triggers; `doctor` names a row that has no "
    "deed, or another content without a note",
    **dict.fromkeys(
        ("handovers.Crate", "handovers.Packed"),
        "`doctor` compares what was packed, and for whom, with the promise and with the sealed events of its "
        "hand-over; of a settled round with the sealed order too",
    ),
    "flows.Intent": "what is left of an offer is added up again by `doctor` from its promises",
}
_WORDS = "words, and where things are: no right and no sum hangs on it"
_QUEUE = "a queue: what it leads to is a deed, which is sealed"
_MARKED = (
    "gone in days; it carries the node's mark over who asked for what, and does nothing without: `doctor` names it"
)
_MOMENT = "of the moment: it is gone in days, and decides nothing about money or rights"
OPERATIONAL = {
    **dict.fromkeys(
        ("auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType"), "Django's"
    ),
    "sessions.Session": "who is signed in: signed with a key that is not in the database, so none is made without it, "
    "and all end with the sealed `session_salt` of the user; but who can write to the database copies one that stands "
    "under a number of her own, and is that person as long as it lasts",
    "account.EmailConfirmation": "django-allauth's; this node confirms no address by it",
    "django_tasks_database.DBTaskResult": "jobs: " + _MARKED,
    **dict.fromkeys(("kernel.Errand", "kernel.JobTrouble", "paper.Upload"), _MARKED),
    **dict.fromkeys(("kernel.Progress", "kernel.WorkerBeat", "kernel.TimerRun", "agents.Try"), _MOMENT),
    **dict.fromkeys(("paper.Picture", "agents.Holiday"), _WORDS),
    "catalog.Category": _WORDS,
    "agents.Leaving": "when somebody left, and from when on her name may go; membership and roles are sealed",
    "agents.JoinRequest": "what a stranger wrote; welcoming her is a deed",
    **dict.fromkeys(("local_messages.Letter", "local_messages.Enclosure", "local_messages.Secret"), _QUEUE),
    **dict.fromkeys(("local_messages.Preference", "local_messages.Outlet"), "which letters go out, and when"),
    **dict.fromkeys(("flows.Agreement", "flows.Proposal"), "the frame of promises: it holds no sum of its own"),
}
# What is sealed or kept, where the model's own words do not say it.
VOUCHED = {
    "mfa.Authenticator": "passkeys, as django-allauth keeps them: whose, and which key.",
    "agents.Approval_excluded": "who may never vote on it.",
    "agents.Vote": "who said yes or no.",
    "agents.Place": "somewhere on the map; sealed where goods change hands, since a home is erasable.",
    "flows.Commitment": "what was promised; sealed where it holds a time of its own (who has a thing when). What is "
    "promised of a lot, an offer or an account is added up again by `doctor`; what came of a promise stands in sealed "
    "events, and in the order once it is settled.",
}


def page(written_by: str) -> str:
    """The page. ValueError: a table stands nowhere, or twice."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
        django.setup()
    names = ("KEPT", "SEALED", "DERIVED", "OPERATIONAL")
    kept, sealed, *beside = (import_string(f"cosmolocal.kernel.evidence.{name}") for name in names)
    derived = DERIVED | beside[0]
    parts = ["# What vouches for each table\n", written_by, _LEAD]
    parts.append("| table | how | what, or why |\n|---|---|---|")
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label):
        label, table = model._meta.label, model._meta.db_table
        hows = [how for how, named in (("kept", kept), ("sealed", sealed)) if table in named]
        said = [known[label] for known in (DERIVED, beside[0], OPERATIONAL, beside[1]) if label in known]
        if len(said) + bool(hows) != 1:
            raise ValueError(f"{label}: say beside the model what vouches for it, once")
        how = " and ".join(hows) or ("derived" if label in derived else "operational")
        told = said[0] if said else _first_sentence(model, VOUCHED.get(label, ""))
        if table in sealed:
            rule = sealed[table]
            told += (
                f" In the seals: {', '.join([*rule.fields, *rule.later, *(f'{n} (salted)' for n in rule.personal)])}."
            )
        parts.append(f"| `{table}` | {how} | {told} |")
    return "\n".join(parts) + "\n"


def _first_sentence(model: type[models.Model], known: str) -> str:
    """What `known` or the model itself says of its rows."""
    return " ".join((known or model.__doc__ or "").split("\n\n")[0].split()).replace("|", "\\|")


_LEAD = """\
- **kept**: triggers of the database refuse a change or deletion (of all but what a deed may still change).
- **sealed**: triggers note which deed wrote a row; every 15 minutes it goes into the signed chain; `doctor` compares.
- **derived**: it follows from what is kept or sealed, and can be made or compared anew.
- **operational**: nothing vouches for it. Who can write to the database changes it unseen, and the reason says why \
nobody decides about money or rights by it alone.

Columns that are not named (words, pictures, notes) are operational too, where the table is not kept. What a seal \
proves and what not: [operate](../operate/README.md#what-a-seal-proves).
"""
