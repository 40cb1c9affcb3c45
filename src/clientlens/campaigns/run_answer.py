"""What `campaigns run` answers: what was made, for whom none was made and why, what goes to the printer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from clientlens.analysis.wording import counted_noun
from clientlens.campaigns.plan_fields import REASON_FIELDS, WHY
from clientlens.campaigns.recipients import Reason
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientlens.campaigns.running import Done
    from clientlens.campaigns.spec import Spec


def _count(name: str, doc: str) -> Field:
    return Field(name, Kind.INTEGER, doc, nullable=False)


_REASON_FIELDS = (
    Field("reason", Kind.TEXT, "why", nullable=False, values=tuple(Reason)),
    _count("clients", "how many"),
)
REFUSED_FIELDS = (
    Field("letter_id", Kind.TEXT, "the letter; null: it was not assigned", title="letter"),
    Field("client_id", Kind.TEXT, "whom it was to be to; null: no record names them today", title="client"),
    Field("reason", Kind.TEXT, "what stands in the way", nullable=False, wide=True),
)
_FILE_FIELDS = (
    Field("run", Kind.TEXT, "the run that made them", nullable=False),
    _count("letters", "letters in it"),
    _count("pages", "pages of it"),
    Field("merged", Kind.TEXT, "all letters in one PDF", nullable=False),
    Field(
        "manifest",
        Kind.TEXT,
        "whose letter is where, as CSV; the JSON beside it says the same",
        nullable=False,
    ),
)
FIELDS = (
    Field("campaign", Kind.TEXT, "its name", nullable=False),
    _count("letters_made", "letters that were made"),
    _count("clients_held", "clients held back now, to see what would have come anyway"),
    _count("clients_waiting", "clients whom --max-letters left for the next run, of both arms"),
    _count("letters_refused", "letters that could not be made; each run tries again"),
    _count("letters_withdrawn", "letters that were assigned and not made, whose clients have objected since"),
    _count("pages", "pages that were made"),
    Field("cost", Kind.MONEY, "of the letters made; null: the campaign does not say"),
    Field("currency", Kind.TEXT, "ISO 4217 code of cost", title=""),
    Field(
        "left_out",
        Kind.LIST,
        "clients left out, by the reason that decided",
        nullable=False,
        fields=_REASON_FIELDS,
    ),
    Field("refused", Kind.LIST, "letters that could not be made", nullable=False, fields=REFUSED_FIELDS),
    Field(
        "files", Kind.LIST, "files for the printer that were written now", nullable=False, fields=_FILE_FIELDS
    ),
)


def refused_of(done: Done) -> list[dict[str, str | None]]:
    """Every letter that could not be made, assigned or not."""
    unassigned = [
        {"letter_id": None, "client_id": one.client_id, "reason": one.detail}
        for one in done.plan.left_out
        if one.reason is Reason.CANNOT_RENDER
    ]
    assigned = [
        {"letter_id": one.letter_id, "client_id": one.client_id, "reason": one.reason} for one in done.refused
    ]
    return [*assigned, *unassigned]


def run_answer(spec: Spec, done: Done, timezone: str) -> Answer:
    """What a run did."""
    reasons = Counter(one.reason for one in done.plan.left_out)
    refused = refused_of(done)
    row = (
        spec.name,
        len(done.made),
        done.held,
        done.waiting,
        len(refused),
        len(done.withdrawn),
        sum(one.pages for one in done.made),
        sum(one.cost_minor for one in done.made) if spec.money.currency else None,
        spec.money.currency or None,
        [{"reason": str(reason), "clients": reasons[reason]} for reason in Reason if reasons[reason]],
        refused,
        [
            {
                "run": one.run,
                "letters": one.letters,
                "pages": one.pages,
                "merged": str(one.merged),
                "manifest": str(one.manifest),
            }
            for one in done.bundles
        ],
    )
    notes = [*done.notes]
    if done.waiting:
        notes.append(f"{counted_noun(done.waiting, 'client')} left for the next run, as --max-letters says")
    title = (
        f"{counted_noun(len(done.made), 'letter')} of {spec.name} made"
        if done.anything
        else f"Nothing new of {spec.name}"
    )
    answer = Answer(
        "campaigns run",
        FIELDS,
        frame_of(FIELDS, [row]),
        timezone,
        single=True,
        title=title,
        notes=tuple(notes),
    )
    told = [(str(reason), reasons[reason], WHY[reason]) for reason in Reason if reasons[reason]]
    return replace(answer, parts=tuple(_parts(answer, told)))


def _parts(answer: Answer, reasons: Sequence[tuple[str, int, str]]) -> Iterator[Answer]:
    """What a table shows, one below the other; letters that could not be made are told beside it."""
    figures = tuple(one for one in FIELDS if one.kind is not Kind.LIST)
    rows, zone = answer.rows.select([one.name for one in figures]), answer.timezone
    yield Answer("figures", figures, rows, zone, single=True)
    if reasons:
        title = "Left out, by reason"
        yield Answer("left_out", REASON_FIELDS, frame_of(REASON_FIELDS, reasons), zone, title=title)
    for file in answer.rows["files"].to_list()[0]:
        # Each by itself, so that no path is cut.
        row = frame_of(_FILE_FIELDS, [tuple(file.values())])
        yield Answer("files", _FILE_FIELDS, row, zone, single=True, title="For the printer")
