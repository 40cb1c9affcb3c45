"""Write a Shopify orders export of any size: python benchmarks/make_orders.py N_LINES OUT.csv

Rows look like those of a real shop of the last three years: about 1.9 rows an order, 2.6 orders a client (a few clients
have hundreds), 600 articles, every tenth order without an e-mail, some refunds, cancellations, discounts and tips; the
79 columns of today, newest first, Europe/Berlin offsets, about 395 bytes a row. The same N gives the same bytes. All
people and addresses are made of numbers (no country has the code +999).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
    "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References\n"
)
ZONE = ZoneInfo("Europe/Berlin")
LAST = datetime(2026, 10, 31, 20, tzinfo=UTC)
SPAN_SECONDS = 3 * 365 * 86_400
ROWS_PER_ORDER = 1.9
ORDERS_PER_CLIENT = 2.6
_KINDS = (
    ("Candle", 1450),
    ("Holder", 2890),
    ("Throw", 7900),
    ("Lamp", 12900),
    ("Spray", 990),
    ("Cards", 495),
)
ARTICLES = [
    (f"{kind} No {n}{' - large' if n % 3 else ''}", f"{kind[:2].upper()}-{n:03d}", price + 10 * n)
    for n in range(100)
    for kind, price in _KINDS
]
TOWNS = [(f"Musterstadt {n}", f"'{10_000 + 137 * n % 89_999}") for n in range(400)]
_BLOCK = 20_000


def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[1].replace("_", "").isdigit():
        print("usage: make_orders.py N_LINES OUT.csv", file=sys.stderr)
        return 2
    write(int(sys.argv[1]), Path(sys.argv[2]))
    return 0


def write(lines: int, out: Path) -> None:
    """Exactly `lines` rows below the header."""
    rng = Random(lines)
    orders = max(1, int(lines / ROWS_PER_ORDER))
    clients = max(1, int(orders / ORDERS_PER_CLIENT))
    step = SPAN_SECONDS / orders
    stamps = _Stamps()
    written, number = 0, 1_000 + orders + lines // 20
    seconds = 0.0
    block: list[str] = []
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        while written < lines:
            count = min(_row_count(rng), lines - written)
            number -= 1
            seconds += step * 2 * rng.random()
            _order(block, rng, stamps, number, int(seconds), count, clients)
            written += count
            if len(block) >= _BLOCK:
                file.write("".join(block))
                block.clear()
        file.write("".join(block))


class _Stamps:
    """Times as Shopify writes them, `seconds` before the last one; the offset is looked up once an hour."""

    def __init__(self) -> None:
        self._hours: dict[int, tuple[str, str]] = {}

    def __call__(self, seconds: int) -> str:
        hour, rest = divmod(seconds, 3600)
        found = self._hours.get(hour)
        if found is None:
            local = (LAST - timedelta(hours=hour + 1)).astimezone(ZONE)
            found = self._hours[hour] = local.strftime("%Y-%m-%d %H:"), local.strftime(" %z")
        left = 3599 - rest
        return f"{found[0]}{left // 60:02d}:{left % 60:02d}{found[1]}"


def _row_count(rng: Random) -> int:
    count = 1
    while count < 12 and rng.random() < 0.474:
        count += 1
    return count


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _order(
    block: list[str], rng: Random, stamps: _Stamps, number: int, seconds: int, count: int, clients: int
) -> None:
    """Append the rows of one order; `seconds` before the end of the time span."""
    chance = rng.random()
    tip = 300 if chance > 0.97 and count > 1 else 0
    goods = [
        (1 if rng.random() < 0.8 else rng.randrange(2, 7), ARTICLES[int(600 * rng.random() ** 2)])
        for _ in range(count - bool(tip))
    ]
    # Squaring makes some clients and articles far more frequent than others.
    client = int(clients * rng.random() ** 2)
    gross = sum(quantity * article[2] for quantity, article in goods)
    code, discount = ("WELCOME10", gross // 10) if chance < 0.12 else ('""', 0)
    subtotal = gross - discount
    shipping = 490 if chance < 0.6 else 0
    taxes = (2 * (subtotal + shipping) * 19 + 119) // 238
    total = subtotal + shipping + tip
    created = stamps(seconds)
    # Unpaid orders are recent ones in life; here they are spread, which costs a reader just as much.
    status, refunded, cancelled = "paid", 0, ""
    fate = rng.random()
    if fate < 0.02:
        status, refunded = "partially_refunded", total // 3
    elif fate < 0.04:
        status, refunded, cancelled = "refunded", total, stamps(max(0, seconds - 86_400))
    elif fate < 0.055:
        status = ("pending", "voided", "authorized")[number % 3]
    paid = created if status in {"paid", "partially_refunded", "refunded"} else ""
    fulfilled = stamps(seconds - 100_000) if paid and not cancelled and seconds > 100_000 else ""
    email = "" if client % 10 == 0 else f"client.{client}@example.{'org' if client % 3 else 'com'}"
    phone = f"'+999 {client:09d}" if client % 4 == 0 else ""
    town, postcode = TOWNS[client % 400]
    name = f"Vorname{client % 997} Nachname{client // 7}"
    street = f"Musterweg {client % 211}"
    address = f"{name},{street},{street},,,{town},{postcode},,DE,{phone}"
    done = "fulfilled" if fulfilled else "pending"
    method = "Standard" if shipping else '""'
    quantity, (title, sku, price) = goods[0]
    block.append(
        f"#{number},{email},{status},{paid},{'fulfilled' if fulfilled else 'unfulfilled'},{fulfilled},no,EUR,"
        f"{_money(subtotal)},{_money(shipping)},{_money(taxes)},{_money(total)},{code},{_money(discount)},"
        f"{method},{created},{quantity},{title},{_money(price)},,{sku},true,true,{done},"
        f'{address},{address},,"",{cancelled},Shopify Payments,pay-{number:019d}.1,{_money(refunded)},Lantern,0.00,,,,'
        f'{5_000_000_000_000 + number * 65_537},"",Low,web,0.00,DE MwSt 19%,{_money(taxes)},,,,,,,,,,,,,,pay-{number:019d}.1,,,'
        f"pay-{number:019d}.1\n"
    )
    for quantity, (title, sku, price) in goods[1:]:
        block.append(
            _later(number, email, created, f'{quantity},{title},{_money(price)},"",{sku},true,true,{done}')
        )
    if tip:
        block.append(_later(number, email, created, f'1,Tip,{_money(tip)},"","",false,false,not_eligible'))


def _later(number: int, email: str, created: str, line: str) -> str:
    return f"#{number},{email},,,,,,,,,,,,,,{created},{line}{',' * 27}Lantern{',' * 9}0.00{',' * 19}\n"


if __name__ == "__main__":
    sys.exit(main())
