"""What a treasurer fills in, one deed a form."""

from cosmolocal.money.forms.books import CloseMonthForm, DayForm, PeriodForm
from cosmolocal.money.forms.deciding import DecidersForm
from cosmolocal.money.forms.deeds import (
    ArrivedForm,
    BoxForm,
    ChangeBoxForm,
    ComeInForm,
    CostForm,
    CountForm,
    HandOverForm,
    HappenedForm,
    HappenedReasonForm,
    LevelsForm,
    LimitsForm,
    MatchForm,
    MoveForm,
    PayBackForm,
    ReasonForm,
    RefundForm,
    TransferForm,
)
from cosmolocal.money.forms.opening import ConfirmForm, MapForm, UploadForm
from cosmolocal.money.forms.payouts import PayeeForm, PayoutForm

__all__ = [
    "ArrivedForm",
    "BoxForm",
    "ChangeBoxForm",
    "CloseMonthForm",
    "ComeInForm",
    "ConfirmForm",
    "CostForm",
    "CountForm",
    "DayForm",
    "DecidersForm",
    "HandOverForm",
    "HappenedForm",
    "HappenedReasonForm",
    "LevelsForm",
    "LimitsForm",
    "MapForm",
    "MatchForm",
    "MoveForm",
    "PayBackForm",
    "PayeeForm",
    "PayoutForm",
    "PeriodForm",
    "ReasonForm",
    "RefundForm",
    "TransferForm",
    "UploadForm",
]
