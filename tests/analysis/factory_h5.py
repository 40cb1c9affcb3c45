"""A small shop written by hand: orders, checkouts and profiles, and the facts a workspace would hold of them.

Times are hours after T0 (a number) or a timedelta; amounts are minor units.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from clientlens.model.facts import Facts
from clientlens.model.identity import client_id_of, resolve
from clientlens.model.tables import BY_NAME, PEOPLE
from clientlens.model.timeframes import AsOf

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def moment(after):
    if after is None:
        return None
    return T0 + (after if isinstance(after, timedelta) else timedelta(hours=after))


def as_of(after=24 * 60, *, explicit=False):
    instant = moment(after)
    return AsOf(instant, instant.date(), explicit)


def client(email):
    """client_id of somebody known by this e-mail alone."""
    return client_id_of(f"e:{email}")


class Shop:
    def __init__(self):
        self.rows = {name: [] for name in BY_NAME}

    def person(self, *, source, profile=False, store="main", email=None, number=None, seen=None, **details):
        keys = {
            "email_key": email and f"e:{email}",
            "number_key": number and f"n:{store}:{number}",
        }
        known = [key for key in keys.values() if key]
        if not known:
            return None
        self.rows["people"].append(
            {
                "person_key": min(known),
                "source": source,
                "store": store,
                "is_profile": profile,
                "email": email,
                "seen_at": moment(seen),
                **keys,
                **details,
            }
        )
        return min(known)

    def order(
        self,
        key,
        at,
        lines=(),
        *,
        email="ann@example.org",
        status="completed",
        name=None,
        customer=None,
        **other,
    ):
        """`lines`: (sku, product[, quantity in thousandths[, unit price[, is_tip]]])."""
        placed = moment(at)
        store = other.get("store", "main")
        source = other.get("source", "shopify_orders")
        state = {"completed": "paid", "in_progress": "pending", "cancelled": "voided"}[status]
        person = self.person(
            source=source,
            store=store,
            email=email,
            number=customer,
            name=name,
            seen=at,
            first_order_at=placed,
        )
        self.rows["orders"].append(
            {
                "store": "main",
                "order_key": key,
                "source": source,
                "source_id": f"id-{key}",
                "number": key,
                "kind": "purchase",
                "placed_at": placed,
                "placed_on": placed.date(),
                "payment_state": state,
                "paid_at": placed if status == "completed" else None,
                "cancelled_at": placed if status == "cancelled" else None,
                "currency": "EUR",
                "order_total": 1000,
                "refunded": 0,
                "price": 800,
                "tip": 0,
                "person_key": person,
                **other,
            }
        )
        self._lines(
            "order_lines", lines, store=store, order_key=key, placed_on=placed.date(), person_key=person
        )
        return self

    def checkout(self, key, at, lines=(), *, email="ann@example.org", **other):
        created = moment(at)
        store = other.get("store", "main")
        person = self.person(source="shopify_checkouts", store=store, email=email, seen=at)
        self.rows["checkouts"].append(
            {
                "store": "main",
                "checkout_key": key,
                "source": "shopify_checkouts",
                "created_at": created,
                "created_on": created.date(),
                "currency": "EUR",
                "total": 500,
                "has_contact": email is not None,
                "person_key": person,
                **other,
            }
        )
        self._lines(
            "checkout_lines",
            lines,
            store=store,
            checkout_key=key,
            created_on=created.date(),
            person_key=person,
        )
        return self

    def _lines(self, table, lines, **keys):
        for line_no, line in enumerate(lines, start=1):
            sku, product, quantity, unit_price, is_tip = (*line, *(1000, 100, False)[len(line) - 2 :])
            row = {
                "line_no": line_no,
                "sku": sku,
                "product": product,
                "quantity_milli": quantity,
                "unit_price": unit_price,
                **keys,
            }
            if table == "order_lines":
                row |= {"is_tip": is_tip, "line_total": quantity * unit_price // 1000}
            self.rows[table].append(row)

    def facts(self, timezone="UTC"):
        frames = {
            name: table.conform(pl.DataFrame(self.rows[name], schema_overrides=table.schema))
            if self.rows[name]
            else pl.DataFrame(schema=table.schema)
            for name, table in BY_NAME.items()
        }
        known = resolve(PEOPLE.conform(frames["people"]))
        frames |= {"identities": known.identities, "clients": known.clients}
        return Facts(**{name: frame.lazy() for name, frame in frames.items()}, timezone=timezone)
