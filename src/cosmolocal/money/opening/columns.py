"""Which column of a file means what: guessed from its title, and changed by a person where the guess is wrong."""

import re
from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.lines import composed

FIELDS: Mapping[str, str | Promise] = {
    "kind": _("What it is (member, producer, restaurant, fund, bank, cash)"),
    "name": _("Name"),
    "surname": _("Family name, where it stands apart"),
    "household": _("Household"),
    "code": _("Number"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "address": _("Address"),
    "iban": _("Bank account (of producers)"),
    "joined": _("Member since"),
    "role": _("Task (steward, treasurer, packer, …)"),
    "balance": _("Balance"),
    "deposit": _("Deposits held"),
    "share": _("Share capital"),
    "place": _("Place (of a cash box)"),
}
# Titles as they stand in other programs' files, in the languages we know of.
_TITLES: Mapping[str, str] = {
    "kind": "kind type what art typ tipo 类型 類型 种类 종류 نوع",
    "name": "name member person account firstname forename vorname mitglied nom prénom membre nombre socio "
    "姓名 名字 名称 成员 이름 성명 회원 الاسم",
    "surname": "surname lastname familyname nachname familienname apellido apellidos 姓 성",
    "household": "household family haushalt familie foyer famille hogar familia 家庭 户 户名 가구 세대 الأسرة",
    "code": "code number no nr nummer mitgliedsnummer membernumber id numéro número 编号 号码 번호 رقم",
    "email": "email mail emailaddress courriel correo 邮箱 电子邮件 电邮 이메일 البريد",
    "phone": "phone telephone tel mobile handy telefon téléphone teléfono móvil 电话 手机 전화 휴대폰 هاتف",
    "address": "address street adresse anschrift strasse straße dirección 地址 住址 주소 العنوان",
    "iban": "iban bankaccount bankaccountnumber kontonummer compte cuenta 银行账号 账号 계좌 계좌번호",
    "joined": "joined since membersince entry eintritt beitritt mitgliedseit adhésion alta 加入 입회 가입일",
    "role": "role task rolle aufgabe rôle rol función 角色 职务 역할 دور",
    "balance": "balance credit saldo guthaben kontostand solde crédit 余额 结余 账户余额 잔액 الرصيد",
    "deposit": "deposit deposits pfand kaution consigne depósito 押金 보증금",
    "share": "share shares sharecapital capital anteil anteile geschäftsanteil part parts 股金 出资 출자금",
    "place": "place ort lieu lugar 地点 地點 장소 المكان",
}
_FIELD_OF = {title: field for field, titles in _TITLES.items() for title in titles.split()}


def plain(text: str) -> str:
    """A title or a word without case, accents' forms, spaces and signs: "E-Mail" is "email"."""
    return re.sub(r"[\W_]+", "", composed(text, "NFKC").casefold())


def guess(header: Sequence[str]) -> dict[str, int]:
    """Field -> number of its column (from 0), as far as the titles say; the first column of a kind counts."""
    found: dict[str, int] = {}
    for number, title in enumerate(header):
        field = _FIELD_OF.get(plain(title))
        if field is not None:
            found.setdefault(field, number)
    return found
