"""The good rows beside which a fault stands: 20.00 and 5.50 EUR, a line each."""

from __future__ import annotations

from fault_catalogue.case import Stored, case

HEAD = "order_id,placed_at,order_total,currency,email,product,quantity,unit_price"
ANN = "A-1,2026-03-01 10:00,20.00,EUR,ann@example.org,Candle,2,10.00"
BEA = "A-2,2026-03-02 11:00,5.50,EUR,bea@example.org,Wick,1,5.50"
BOTH = {"EUR": (2, "25.50")}


def text(*rows, end="\n"):
    return end.join((*rows, ""))


def good(*more, end="\n"):
    """The header and both good rows, further rows behind them."""
    return text(HEAD, ANN, BEA, *more, end=end)


def row(number="B-1", placed="2026-03-03 12:00", total="7.00", currency="EUR", email="cy@example.org", product="Jar",
        quantity="1", unit="7.00"):  # fmt: skip
    """A third row, good unless told."""
    return f"{number},{placed},{total},{currency},{email},{product},{quantity},{unit}"


def beside(fault, bad, column, part, **more):
    """A bad row between the two good ones is set aside alone."""
    rows = more.pop("rows", 3)
    wanted = Stored(rows, BOTH, aside=rows - 2, problems=((3, column, part),), **more)
    return case(fault, text(HEAD, ANN, bad, BEA), wanted)


def third(fault, extra, total="32.50", **more):
    """A third row that is odd, and good."""
    wanted = Stored(3, {"EUR": (3, total)}, **more)
    return case(fault, text(HEAD, ANN, extra, BEA), wanted)
