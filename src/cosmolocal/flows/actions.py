"""Which actions there are and what each does to a resource: the 19 of Valueflows 1.0, as its ontology says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One action. An effect is "" (none) or the ontology's word; a word ending in To is about the to-resource."""

    name: str
    flow: str = ""  # input or output of a process, or both
    pairs: str = ""  # the action that usually undoes it in the same process
    creates: str = ""  # may make a resource: the resource itself, or the to-resource
    counts: str = "resource"  # the quantity is of the resource, of effort, or both
    accounting: str = ""
    onhand: str = ""
    location: str = ""
    contained: str = ""
    accountable: str = ""
    stage: str = ""
    state: str = "update"

    @property
    def accounting_signs(self) -> tuple[int, int]:
        """What one unit does to the accounting quantity of the resource and of the to-resource."""
        return _SIGNS[self.accounting]

    @property
    def onhand_signs(self) -> tuple[int, int]:
        """What one unit does to the onhand quantity of the resource and of the to-resource."""
        return _SIGNS[self.onhand]

    @property
    def takes(self) -> bool:
        """True where it leaves less of the resource, so that a promise of it is set aside there."""
        return self.accounting_signs[0] < 0 or self.onhand_signs[0] < 0

    @property
    def promises_effort(self) -> bool:
        """True where a promise of it is a time of effort (minutes of a van, of somebody's work), not an amount."""
        return self.counts in ("effort", "both")

    @property
    def has_two_sides(self) -> bool:
        """True where something goes from a resource to a to-resource, so that a null side means "outside"."""
        return self.creates == "optionalTo"


_SIGNS = {
    "": (0, 0),
    "increment": (1, 0),
    "decrement": (-1, 0),
    "incrementTo": (0, 1),
    "decrementIncrement": (-1, 1),
}

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action(
            "produce",
            flow="output",
            creates="optional",
            accounting="increment",
            onhand="increment",
            location="new",
            accountable="new",
            stage="update",
        ),
        Action("consume", flow="input", accounting="decrement", onhand="decrement"),
        Action("use", flow="input", counts="both"),
        Action("cite", flow="input"),
        Action("work", flow="input", counts="effort", state=""),
        Action("deliverService", flow="both", state=""),
        Action("pickup", flow="input", pairs="dropoff", onhand="decrement", location="update"),
        Action("dropoff", flow="output", pairs="pickup", onhand="increment", location="update", stage="update"),
        Action("accept", flow="input", pairs="modify", onhand="decrement", location="update"),
        Action("modify", flow="output", pairs="accept", onhand="increment", location="update", stage="update"),
        Action("combine", flow="input", onhand="decrement", contained="update"),
        Action("separate", flow="output", onhand="increment", contained="remove", stage="update"),
        Action(
            "transferAllRights",
            creates="optionalTo",
            accounting="decrementIncrement",
            accountable="updateTo",
            state="updateTo",
        ),
        Action(
            "transferCustody", creates="optionalTo", onhand="decrementIncrement", location="updateTo", state="updateTo"
        ),
        Action(
            "transfer",
            creates="optionalTo",
            accounting="decrementIncrement",
            onhand="decrementIncrement",
            location="updateTo",
            accountable="updateTo",
            state="updateTo",
        ),
        Action(
            "move",
            creates="optionalTo",
            accounting="decrementIncrement",
            onhand="decrementIncrement",
            location="updateTo",
            state="updateTo",
        ),
        Action(
            "copy",
            creates="optionalTo",
            accounting="incrementTo",
            onhand="incrementTo",
            location="new",
            accountable="new",
            state="updateTo",
        ),
        Action("raise", creates="optional", accounting="increment", onhand="increment", accountable="new"),
        Action("lower", creates="optional", accounting="decrement", onhand="decrement", accountable="new"),
    )
}
