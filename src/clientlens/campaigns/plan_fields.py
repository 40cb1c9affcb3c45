"""The keys of `campaigns plan`, and every reason in words."""

from __future__ import annotations

from clientlens.analysis.letter_history import HELD, MAILED
from clientlens.campaigns.recipients import Reason
from clientlens.model.answer import Field, Kind

RATE_SCALE = 4
"""Decimals of shares."""

WHY = {
    Reason.ALREADY_ASSIGNED: "is in this campaign already, in this period",
    Reason.ANONYMOUS: "neither name, e-mail nor phone is known",
    Reason.SUPPRESSED: "objected to letters",
    Reason.EMAIL_OPT_OUT: "opted out of e-mail, and the campaign or the settings leave those out",
    Reason.ADDRESS_INCOMPLETE: "something is missing of the address",
    Reason.UNDELIVERABLE: "the last letter to this name and address came back",
    Reason.RECENTLY_WRITTEN: "got a letter within the days of rest",
    Reason.YEARLY_CAP: "got as many letters as are allowed in a year",
    Reason.SAME_ADDRESS: "the same name at the same address is in this campaign, or got a letter lately",
    Reason.CANNOT_RENDER: "the letter cannot be made",
    Reason.LIMIT: "comes behind the limit",
    Reason.BUDGET: "the budget is spent",
}
"""Every reason in words."""

RECIPIENT_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, priority=None),
    Field("name", Kind.TEXT, "name shown", nullable=False, title="client", wide=True),
    Field(
        "arm", Kind.TEXT, "mailed; held: no letter, to compare with", nullable=False, values=(MAILED, HELD)
    ),
    Field("period", Kind.TEXT, "month or year of a repeated campaign; null: it is not repeated"),
    Field("language", Kind.TEXT, "of the letter", nullable=False, priority=2),
    Field("address", Kind.TEXTS, "lines of the address", wide=True, priority=1),
    Field("cost", Kind.MONEY, "of the letter; null: the campaign names no cost", priority=3),
)
LEFT_OUT_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, priority=None),
    Field("name", Kind.TEXT, "name shown", nullable=False, title="client", wide=True),
    Field(
        "reason",
        Kind.TEXT,
        "the first that holds, in the order of docs/campaigns.md",
        nullable=False,
        values=tuple(map(str, Reason)),
    ),
    Field("detail", Kind.TEXT, "what exactly; null: nothing more to say", fold=True, wide=True),
)
REASON_FIELDS = (
    Field("reason", Kind.TEXT, "why clients get nothing", nullable=False, values=tuple(map(str, Reason))),
    Field("clients", Kind.INTEGER, "so many, each counted once", nullable=False),
    Field("meaning", Kind.TEXT, "the same in words", nullable=False, title="that is", fold=True, wide=True),
)
FIELDS = (
    Field("campaign", Kind.TEXT, "its name", nullable=False),
    Field("as_of", Kind.DATE, "day up to which things are known", nullable=False),
    Field("audience", Kind.INTEGER, "clients meant", nullable=False),
    Field("mailed", Kind.INTEGER, "would get a letter", nullable=False),
    Field("held", Kind.INTEGER, "would get none, to compare with", nullable=False),
    Field("left_out", Kind.INTEGER, "would get none for a reason", nullable=False),
    Field("holdout", Kind.SCALED, "share that is held back", nullable=False, scale=RATE_SCALE),
    Field("currency", Kind.TEXT, "ISO 4217 code of the costs; null: the campaign names no cost"),
    Field("cost_per_letter", Kind.MONEY, "as the campaign says"),
    Field("letters_cost", Kind.MONEY, "mailed x cost_per_letter"),
    Field("fixed_cost", Kind.MONEY, "paid once, with the first run; 0 after it"),
    Field("cost", Kind.MONEY, "letters_cost + fixed_cost"),
    Field(
        "baseline",
        Kind.OBJECT,
        "what such clients did without a letter",
        nullable=False,
        fields=(
            Field("first_day", Kind.DATE, "of the window that is looked at", nullable=False),
            Field("last_day", Kind.DATE, "of that window", nullable=False),
            Field("clients", Kind.INTEGER, "whom the campaign would have meant before it", nullable=False),
            Field("buyers", Kind.INTEGER, "of them, with a completed order in it", nullable=False),
            Field("rate", Kind.SCALED, "buyers / clients; null: no clients", scale=RATE_SCALE),
        ),
    ),
    Field(
        "smallest_difference",
        Kind.SCALED,
        "smallest rise of that rate that would be found 4 times in 5 (0.01: one point); null: none, or unknown",
        scale=RATE_SCALE,
    ),
    Field("smallest_lift", Kind.SCALED, "the same as a share of the rate (0.2: +20 %)", scale=RATE_SCALE),
    Field("wanted_lift", Kind.SCALED, "as --lift asks; null: not asked", scale=RATE_SCALE),
    Field("needed_mailed", Kind.INTEGER, "letters that finding it 4 times in 5 takes"),
    Field("needed_held", Kind.INTEGER, "clients held back that it takes"),
    Field("reasons", Kind.LIST, "how many are left out, by reason", nullable=False, fields=REASON_FIELDS),
    Field(
        "recipients",
        Kind.LIST,
        "everybody assigned, the first one first",
        nullable=False,
        fields=RECIPIENT_FIELDS,
    ),
    Field(
        "not_written_to",
        Kind.LIST,
        "everybody left out, in the order of the audience",
        nullable=False,
        fields=LEFT_OUT_FIELDS,
    ),
)
