"""The body of `privacy audit`: what was done about people's rights, without saying whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.cli.context import Run

FIELDS = (
    Field("number", Kind.INTEGER, "position in the ledger", nullable=False, priority=2),
    Field("at", Kind.INSTANT, "when it was done, by the machine's clock", nullable=False),
    Field("actor", Kind.TEXT, "user of the machine who did it", title="by", priority=1),
    Field(
        "what",
        Kind.TEXT,
        "what was done",
        nullable=False,
        values=("objection_noted", "objection_taken_back", "exported", "retention_applied", "forgotten"),
    ),
    Field(
        "finished",
        Kind.BOOLEAN,
        "false: files and pages that told of the client are still to be erased",
        nullable=False,
    ),
)


def tell_audit(run: Run) -> None:
    """List what was done, the first one first; sums of what forgotten clients ordered in the notes."""
    from clientlens.model import fingerprints as kinds
    from clientlens.workspace.ledger import history

    said = {
        kinds.SUPPRESSED: "objection_noted",
        kinds.UNSUPPRESSED: "objection_taken_back",
        kinds.EXPORTED: "exported",
        kinds.RETENTION: "retention_applied",
        kinds.FORGOTTEN: "forgotten",
    }
    with run.open() as workspace:
        entries = history(workspace, kinds={*said, kinds.ERASED, kinds.SUMS})
        erased = {entry.at for entry in entries if entry.kind == kinds.ERASED}
        rows = [
            (
                entry.seq,
                entry.at,
                entry.actor,
                said[entry.kind],
                entry.kind != kinds.FORGOTTEN or entry.at in erased,
            )
            for entry in entries
            if entry.kind in said
        ]
        notes = [note for entry in entries if entry.kind == kinds.SUMS for note in _sums(entry.body)]
        if workspace.state.unerased:
            notes.append("something is still to be erased: 'clientlens workspace vacuum' ends it")
        frame = frame_of(FIELDS, rows)
        title = "What was done about people's rights"
        run.answer(
            Answer("privacy_audit", FIELDS, frame, workspace.timezone, title=title, notes=tuple(notes))
        )


def _sums(body: Mapping[str, Any]) -> list[str]:
    """What everybody who was forgotten had ordered, and the letters to them."""
    from clientlens.analysis.wording import counted_noun
    from clientlens.model.money import DECIMALS, format_minor

    who = counted_noun(body["clients"], "forgotten client")
    sums: dict[str, list[int]] = {}
    for one in body["orders"]:
        of_currency = sums.setdefault(one["currency"], [0, 0])
        of_currency[0] += one["orders"]
        of_currency[1] += one["order_total"] - one["refunded"]
    notes = [
        f"{who} had {counted_noun(orders, 'order')} of {currency} {format_minor(total, DECIMALS[currency])}, refunds off"
        for currency, (orders, total) in sorted(sums.items())
    ]
    letters = sum(one["clients"] for one in body["letters"] if one["arm"] == "mailed")
    if letters:
        notes.append(f"{who} had {counted_noun(letters, 'letter')}")
    return notes
