"""The client card as a page: its sections, one below the other, as a table draws them. Empty ones are left out.

What an owner looks for first stands first: who it is, what they are worth, what to do next, what was noted and bought.
The insights, which are the longest, close it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.card_hints import hints_of
from clientlens.analysis.insights import PLATFORM
from clientlens.analysis.sparkline import sparkline
from clientlens.analysis.wording import counted_noun
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientlens.model.timeframes import AsOf

_MORE = {
    "orders": 10,
    "checkouts": 5,
    "points_entries": 3,
    "reviews": 5,
    "events": 5,
    "notes": 5,
    "messages": 5,
}
"""How many rows of each list a page shows, unless the whole is asked for."""
_TITLES = {
    "products": "Products",
    "orders": "Orders",
    "checkouts": "Abandoned checkouts",
    "points_entries": "Points",
    "reviews": "Reviews",
    "requests": "Order requests",
    "events": "Events",
    "notes": "Notes",
    "messages": "Messages",
    "letters": "Letters",
}
_NOTE_LETTERS = 280
"""A longer note is cut on a page, unless the whole is asked for."""
_CONSENT = {True: "yes", False: "no: opted out", None: "not known"}
_SUGGESTED = {"review_request": "ask for an opinion", "invitation": "invite to buy or book"}


def page(card: Answer, *, insight_panels: Sequence[Answer], as_of: AsOf, whole: bool, hints: bool) -> Answer:
    """The card with the parts that a table draws.

    Args:
        card: of one client, without parts.
        insight_panels: of `insights`.
        whole: every list is shown to its end.
        hints: say what to do with a figure.
    """
    row = card.rows.row(0, named=True)
    drawing = _Page(card, row, whole=whole)
    sections = [
        drawing.person(),
        *drawing.purchases(as_of.day, hints=hints),
        drawing.course(),
        drawing.suggestion(),
        *(
            drawing.table(name)
            for name in ("notes", "requests", "orders", "products", "checkouts", "reviews")
        ),
        drawing.points(),
        *(drawing.table(name) for name in ("events", "messages", "letters")),
        *drawing.insights(insight_panels),
    ]
    return replace(card, parts=tuple(one for one in sections if one is not None))


class _Page:
    def __init__(self, card: Answer, row: dict[str, Any], *, whole: bool) -> None:
        self.card, self.row, self.whole = card, row, whole
        self.fields = {field.name: field for field in card.fields}

    def person(self) -> Answer:
        """Who it is."""
        row = self.row
        consent = None if row["anonymous"] else _CONSENT[row["accepts_email"]]
        first, *others = [*map(_on_one_line, row["addresses"])] or [""]
        groups = [
            one["group"] + (f" (since {one['since']})" if one["since"] else "") for one in row["groups"]
        ]
        known = {
            "full name": row["full_name"] if row["full_name"] != row["name"] else None,
            "company": row["company"] if row["company"] != row["name"] else None,
            "e-mail": row["email"],
            "phone": row["phone"],
            "address": first or None,
            "earlier address": others[0] if others else None,
            "language": row["language"],
            "birthday": row["birthday"],
            "e-mails allowed": consent,
            "objected": _objected(row["suppressed_since"], self.card.timezone),
            "joined": _day(row["joined_at"], self.card.timezone),
            "stores": ", ".join(row["stores"]) or None,
            "known from": ", ".join(source.replace("_", " ") for source in row["sources"]) or None,
            "groups": ", ".join(groups) or None,
            "points": f"{row['points']:,}" if row["points"] or row["points_entries"] else None,
            "client id": row["client_id"],
        }
        more = len(others) - 1
        notes = (
            f"{counted_noun(more, 'other address').replace('addresss', 'addresses')}: --json shows them",
        )
        return self._texts("person", known, notes=notes if more > 0 else ())

    def purchases(self, day: date, *, hints: bool) -> list[Answer]:
        """What the client bought: figures, by currency where there are several, and how the months went."""
        row, figures = self.row, self.row["figures"]
        spending = row["spending"]
        parts = []
        by_currency = self.fields["spending"].fields
        if len(spending) > 1:
            rows = frame_of(by_currency, [tuple(one.values()) for one in spending])
            parts.append(self._answer("spending", by_currency, rows, title="Purchases", panels=("currency",)))
        one = spending[0] if len(spending) == 1 else None
        counted = {field.name: field for field in self.fields["figures"].fields}
        rhythm = [
            counted[name]
            for name in (
                "mean_days_between_orders",
                "median_days_between_orders",
                "last_order_date",
                "recency_days",
            )
        ]
        shown = [
            *(by_currency if one else ()),
            *(replace(field, title=_RHYTHM[field.name], priority=0) for field in rhythm),
            Field("segment", Kind.TEXT, "name of the cell of its scores"),
            Field("scores", Kind.TEXT, "recency, frequency, money"),
        ]
        scores = [figures[f"{letter}_score"] for letter in "rfm"]
        told = {
            **(one or {}),
            **{field.name: figures[field.name] for field in rhythm},
            "segment": figures["segment"],
            "scores": "R {} F {} M {}".format(*scores) if scores[0] else None,
        }
        if any(value is not None for value in told.values()):
            parts.append(
                self._answer(
                    "purchases",
                    tuple(shown),
                    frame_of(shown, [[told[field.name] for field in shown]]),
                    title="" if parts else "Purchases",
                    single=True,
                    hints=hints_of(row, day) if hints else {},
                )
            )
        return parts

    def course(self) -> Answer | None:
        """How the months went; None: nothing was bought in them."""
        months = self.row["months"]
        counts = [one["completed_orders"] for one in months]
        if not any(counts):
            return None
        most = max(counts)
        title = f"Completed orders by month, {months[0]['month']} to {months[-1]['month']}"
        line = f"{sparkline(counts)}  · none, highest {most:,}"
        return self._texts("months", {"months": line}, title=title)

    def table(self, name: str) -> Answer | None:
        """One of the lists; None: there is nothing in it."""
        field = self.fields[name]
        frame = self.card.rows.select(name).explode(name).drop_nulls().unnest(name)
        if frame.is_empty():
            return None
        most = frame.height if self.whole else min(_MORE.get(name, frame.height), frame.height)
        left = (self.row["history_length"] if name == "orders" else frame.height) - most
        notes = [f"{left:,} more: --all shows them"] if left > 0 else []
        shown = frame.head(most)
        if name == "notes" and not self.whole:
            text = pl.col("text")
            shown = shown.with_columns(
                pl.when(text.str.len_chars() > _NOTE_LETTERS)
                .then(text.str.slice(0, _NOTE_LETTERS) + "…")
                .otherwise(text)
            )
            if not shown.equals(frame.head(most)):
                notes.append("long notes are cut: --all shows them whole")
        return self._answer(name, field.fields, shown, title=_TITLES[name], notes=tuple(notes))

    def insights(self, panels: Sequence[Answer]) -> list[Answer]:
        """The panels of `insights`; unless the whole is asked for, without blanks and without what they rest on."""
        said = [
            replace(one, title=f"Insights: {one.title.lower()}") for one in panels if _says_something(one)
        ]
        if self.whole or not said:
            return said
        short = [replace(one, blanks=False, notes=()) for one in said]
        where = f"what they rest on: clientlens insights {self.row['client_id']}"
        return [*short[:-1], replace(short[-1], notes=(where,))]

    def points(self) -> Answer | None:
        """The last entries, and the balance in the title."""
        entries = self.table("points_entries")
        return entries and replace(entries, title=f"Points: {self.row['points']:,}")

    def suggestion(self) -> Answer:
        """What to write next, with the command to type."""
        found = self.row["suggested_message"]
        what = _SUGGESTED.get(found["template"], "none")
        asked = found["template"] is not None and self.row["accepts_email"] is None
        told = {
            "write": what,
            "because": found["reason"].partition(":")[0],
            "first": "say on what ground: nothing tells whether they agreed to e-mail" if asked else None,
            "command": found["command"],
        }
        return self._texts("suggested_message", told, title="Suggested message")

    def _texts(self, name: str, texts: dict[str, str | None], **more: Any) -> Answer:
        fields = tuple(Field(title.replace(" ", "_"), Kind.TEXT, title, title=title) for title in texts)
        return self._answer(name, fields, frame_of(fields, [list(texts.values())]), single=True, **more)

    def _answer(self, name: str, fields: Sequence[Field], rows: pl.DataFrame, **more: Any) -> Answer:
        return Answer(name, tuple(fields), rows, self.card.timezone, **more)


def _says_something(panel: Answer) -> bool:
    """Nobody is similar to a client who never bought nor reviewed: then there is nothing to see."""
    known = pl.any_horizontal(
        pl.col("completed_orders") > 0, pl.col("price_low", "completion_level").is_not_null()
    )
    return panel.name != PLATFORM or bool(panel.rows.select(known.any()).item())


_RHYTHM = {
    "mean_days_between_orders": "days between, mean",
    "median_days_between_orders": "days between, median",
    "last_order_date": "last purchase",
    "recency_days": "days since",
}


def _on_one_line(address: dict[str, Any]) -> str:
    town = " ".join(part for part in (address["postcode"], address["city"]) if part)
    parts = (address["street"], address["street2"], town, address["province"], address["country"])
    return ", ".join(part for part in parts if part)


def _objected(since: Any, timezone: str) -> str | None:
    """That they are not to be written to, which outweighs what is said of e-mail."""
    return None if since is None else f"to letters and messages, since {_day(since, timezone)}"


def _day(instant: Any, timezone: str) -> str | None:
    return None if instant is None else str(instant.astimezone(ZoneInfo(timezone)).date())
