"""Three invented years of a shop: who buys what and when, and what becomes of each order.

Purchases follow habits (loyal, regular, one order only, gone, new), months (candles sell before Christmas, tents in
summer) and favourites, so that every answer about the sample has something to show. On top of that some plain orders
are given the states and spellings that make real exports hard to read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sample_people import GERMANY, ODD_NAMES, People, Person, Region
from sample_shops import GIFT_CARD, Article, Checkout, Line, Order, Shop, ShopData, total

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BY_HAND = "shopify_draft_order"
_HOURS = (1, 0, 0, 0, 0, 1, 2, 4, 5, 6, 6, 6, 7, 6, 5, 5, 6, 7, 8, 10, 12, 10, 6, 3)
_CHECKOUTS_FROM = timedelta(days=92)
"""An export of checkouts reaches back about three months."""


def simulate(shop: Shop, others: Sequence[Person]) -> ShopData:
    """All that happened in a shop. `others`: clients of another shop who buy here too, with the same e-mail."""
    return _Simulation(shop, others).run()


class _Simulation:
    def __init__(self, shop: Shop, others: Sequence[Person]) -> None:
        self.shop = shop
        self.rng = Random(shop.seed)
        self.people = People(self.rng, shop.first_customer_id)
        self.others = others
        self.orders: list[Order] = []
        self.checkouts: list[Checkout] = []
        self.plain: list[int] = []

    def run(self) -> ShopData:
        clients = self._clients()
        habits: list[tuple[int, Person]] = []
        for person in clients:
            days = self._days()
            habits.append((len(days), person))
            favourite = self._article()
            self.orders += [self._order(person, favourite, day) for day in days]
        if self.shop.has_till:
            self._sell_at_the_till()
        self.orders.sort(key=lambda order: order.created)
        self._make_odd()
        self._number()
        self._abandon(clients)
        readers = [replace(self.people.one(self._region()), accepts=True) for _ in range(22)]
        often = tuple(person for count, person in sorted(habits, key=lambda h: -h[0])[5:60:4])
        return ShopData(self.orders, self.checkouts, [*clients, *readers], often)

    # --- people and times ------------------------------------------------------------------------------

    def _region(self) -> Region:
        weights = [weight for _, weight in self.shop.regions]
        return self.rng.choices(self.shop.regions, weights)[0][0]

    def _clients(self) -> list[Person]:
        clients = [self.people.one(self._region()) for _ in range(self.shop.clients)]
        half = [n for n in range(len(ODD_NAMES)) if (n % 2 == 0) == self.shop.has_till]
        clients += [self.people.odd(self.shop.regions[0][0], n) for n in half]
        clients += [replace(p, customer_id=self.people.next_customer_id(), phone=None) for p in self.others]
        companies = ("Muster Gastro GmbH", "Example Events, LLC", "-Studio 9-", "Beispiel & Co. KG")
        for i, company in zip((3, 11, 40, 77), companies, strict=True):
            clients[i] = replace(clients[i], company=company)
        return clients

    def _days(self) -> list[datetime]:
        """When a client buys: a habit, then that many moments in the time the habit spans."""
        rng, shop = self.rng, self.shop
        whole = (shop.exported - shop.begins).days
        habit = rng.choices(("loyal", "regular", "once", "gone", "new"), (7, 19, 46, 15, 13))[0]
        count, first, last = {
            "loyal": (rng.randrange(9, 19), rng.randrange(0, 300), whole),
            "regular": (rng.randrange(3, 8), rng.randrange(0, 600), whole),
            "once": (1, 0, whole),
            "gone": (rng.randrange(3, 7), 0, 560),
            "new": (rng.randrange(1, 4), whole - 110, whole),
        }[habit]
        days: list[datetime] = []
        while len(days) < count:
            day = shop.begins + timedelta(days=rng.randrange(first, last))
            if rng.randrange(max(shop.months)) < shop.months[day.month - 1]:
                hour = rng.choices(range(24), _HOURS)[0]
                at = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60))
                days.append(_existing(at))
        return sorted(day for day in days if day < shop.exported)

    def _article(self) -> Article:
        weights = [article.weight for article in self.shop.articles]
        return self.rng.choices(self.shop.articles, weights)[0]

    # --- orders ----------------------------------------------------------------------------------------

    def _order(self, person: Person, favourite: Article, created: datetime) -> Order:
        rng = self.rng
        wanted = {favourite if rng.random() < 0.6 else self._article()}
        while rng.random() < 0.36:
            wanted.add(self._article())
        chosen = [article for article in self.shop.articles if article in wanted]
        lines = tuple(Line(rng.choices((1, 2, 3, 6), (70, 20, 8, 2))[0], article) for article in chosen)
        method = rng.choices(self.shop.shipping_methods, (60, 12, 28))[0]
        shipped = any(line.article.shipped for line in lines)
        order = Order(
            number="",
            created=created,
            person=person,
            lines=lines,
            outcome="paid",
            email=self._spelled(person.email),
            shipping=method[1] if shipped else 0,
            source=rng.choices(("web", "580111", "3890849", "iphone"), (84, 8, 5, 3))[0],
            paid=created + timedelta(seconds=rng.randrange(1, 40)),
            fulfilled=_later(rng, created, 10, 90) if rng.random() < 0.985 else None,
        )
        if rng.random() < 0.2 and GIFT_CARD not in wanted:
            code, percent = rng.choice(self.shop.codes)
            code = code if rng.random() < 0.7 else ""  # an automatic discount has none
            order = replace(order, code=code, discount=order.subtotal * percent // 100)
        if rng.random() < 0.035:
            order = replace(order, tip=rng.choice((200, 300, 500)))
        if rng.random() < 0.05:
            order = replace(order, attributes=rng.choice(_ATTRIBUTES))
        if rng.random() < 0.04:
            order = replace(order, note=rng.choice(_NOTES))
        if rng.random() < 0.1:
            order = replace(order, tags=rng.choice(("repeat", "gift, repeat", "wholesale enquiry")))
        if rng.random() < 0.06:
            return self._taxed(self._refunded(self._taxed(order)))
        return self._taxed(order)

    def _spelled(self, email: str | None) -> str | None:
        """The e-mail as typed: now and then with capitals."""
        if email is None or self.rng.random() > 0.06:
            return email
        return (
            email.upper() if self.rng.random() < 0.2 else ".".join(p.capitalize() for p in email.split("."))
        )

    def _taxed(self, order: Order) -> Order:
        """The order with its taxes: inside the prices, or on top of the goods."""
        person = order.person
        place = "DE" if person is None else person.country
        if place == "US" and person is not None:
            place = person.province or ""
        name, rate = self.shop.tax_percent.get(place, (None, 0))
        untaxed = sum(x.quantity * x.article.price for x in order.lines if not x.article.taxable)
        goods = max(order.subtotal - untaxed, 0)
        if self.shop.tax_inside:
            charged = goods + order.shipping
            return replace(
                order, tax_name=name, taxes=(2 * charged * rate + 1000 + rate) // (2 * (1000 + rate))
            )
        return replace(order, tax_name=name, taxes=(goods * rate + 500) // 1000)

    def total(self, order: Order) -> int:
        return total(self.shop, order)

    def _refunded(self, order: Order, *, whole: bool | None = None) -> Order:
        """Given back later: everything, or one article or some cents of it."""
        rng = self.rng
        amount = self.total(order)
        whole = rng.random() < 0.4 if whole is None else whole
        at = _later(rng, (order.fulfilled or order.created) + timedelta(days=3), 24, 24 * 20)
        if whole or amount < 500:
            return replace(
                order, outcome="refunded", refunded=amount, refunded_at=at, restocked=rng.random() < 0.5
            )
        part = order.lines[0].article.price if len(order.lines) > 1 else amount * rng.randrange(1, 6) // 10
        return replace(order, outcome="partially_refunded", refunded=min(part, amount - 1), refunded_at=at)

    def _sell_at_the_till(self) -> None:
        """Sales in the shop itself: with a phone, a bare name, or nothing that says who it was."""
        rng = self.rng
        known = [o.person for o in self.orders if o.person and o.person.phone][:40]
        for i in range(46):
            day = self.shop.begins + timedelta(
                days=rng.randrange((self.shop.exported - self.shop.begins).days)
            )
            created = day.replace(
                hour=rng.randrange(10, 19), minute=rng.randrange(60), second=rng.randrange(60)
            )
            line = Line(rng.randrange(1, 3), self._article())
            order = Order(
                "", created, None, (line,), "paid", None, source="pos", address="none", paid=created
            )
            order = replace(order, fulfilled=created, payment=rng.choice(("Cash", "Shopify Payments")))
            if i % 7 == 0:
                order = replace(order, tip=rng.choice((100, 150, 300)))
            if i % 4 == 0:  # a phone that an online client has too: the same client
                order = replace(order, phone=known[i // 4 * 3].phone)
            elif i % 4 == 1:  # a phone nobody else has; every second one is used again
                order = replace(order, phone=f"+49 171 39200{i // 8:02d}")
            elif i % 12 == 2:
                order = replace(order, person=self.people.one(GERMANY), address="name")
            self.orders.append(self._taxed(order))

    # --- the oddities ----------------------------------------------------------------------------------

    def _make_odd(self) -> None:
        """Give some plain orders the states and spellings that real exports have; each plain order at most one."""
        self.plain = [
            i
            for i, o in enumerate(self.orders)
            if o.outcome == "paid" and o.source == "web" and not o.tip and not o.discount and not o.note
        ]
        self.rng.shuffle(self.plain)
        self._make_unfinished()
        self._make_cancelled()
        self._make_unpaid()
        self._make_discounts_and_refunds()
        self._make_strangers()
        for i in self._take(3, lambda o: self._settled(o) and len(o.lines) == 1):
            self._exchange(self.orders[i])
        self.orders.sort(key=lambda order: order.created)

    def _take(self, count: int, fits: Callable[[Order], bool] = lambda _: True) -> list[int]:
        """Places of that many plain orders, which are plain no longer."""
        found = [i for i in self.plain if fits(self.orders[i])][:count]
        if len(found) < count:
            raise ValueError("the shop has too few plain orders")
        for i in found:
            self.plain.remove(i)
        return found

    def _change(self, i: int, **fields: object) -> None:
        self.orders[i] = self._taxed(replace(self.orders[i], **fields))  # type: ignore[arg-type]

    def _after(self, i: int, low_hours: int, high_hours: int) -> datetime:
        return _later(self.rng, self.orders[i].created, low_hours, high_hours)

    def _settled(self, order: Order) -> bool:
        """Old enough for everything to have happened by the time of the export."""
        return order.created < self.shop.exported - timedelta(days=40)

    def _make_unfinished(self) -> None:
        """Orders whose end the older export does not know: paid, given back or voided after it was taken."""
        shop = self.shop

        def shortly_before(order: Order) -> bool:
            return (
                shop.older_until - timedelta(days=12) < order.created < shop.older_until - timedelta(hours=1)
            )

        def afterwards(low: int, high: int) -> datetime:
            return _later(self.rng, shop.older_until, low, high)

        for i in self._take(3, shortly_before):
            self._change(i, paid=afterwards(24, 96), payment="Bank Deposit", fulfilled=afterwards(100, 200))
        for i, whole in zip(self._take(3, shortly_before), (True, False, False), strict=True):
            self.orders[i] = self._refunded(replace(self.orders[i], fulfilled=afterwards(2, 30)), whole=whole)
        for i in self._take(1, shortly_before):
            self._change(i, outcome="voided", paid=None, fulfilled=None, closed=afterwards(30, 60))

    def _make_cancelled(self) -> None:
        """Cancelled orders: still paid, refunded, voided, pending, authorized and partially refunded ones."""
        for i in self._take(7, self._settled):
            self._change(i, cancelled=self._after(i, 2, 60), fulfilled=None)
        for i in self._take(6, self._settled):
            at = self._after(i, 2, 60)
            amount = self.total(self.orders[i])
            self._change(
                i,
                outcome="refunded",
                refunded=amount,
                refunded_at=at,
                cancelled=at,
                fulfilled=None,
                restocked=True,
            )
        for outcome, count in (("voided", 3), ("pending", 3), ("authorized", 2)):
            for i in self._take(count, self._settled):
                at = self._after(i, 5, 200)
                closed = at if outcome == "voided" else None
                self._change(i, outcome=outcome, paid=None, fulfilled=None, cancelled=at, closed=closed)
        for i in self._take(1, self._settled):
            order = self._refunded(self.orders[i], whole=False)
            self.orders[i] = replace(order, cancelled=order.refunded_at)

    def _make_unpaid(self) -> None:
        """Orders that expired, were voided, are authorized, partly paid, delivered unpaid, or paid very late."""
        for i in self._take(2, self._settled):
            self._change(i, outcome="expired", paid=None, fulfilled=None, closed=self._after(i, 168, 169))
        for i in self._take(2, self._settled):
            self._change(i, outcome="voided", paid=None, fulfilled=None, closed=self._after(i, 24, 48))
        for i in self._take(2, lambda o: not self._settled(o)):
            self._change(i, outcome="authorized", paid=None, fulfilled=None)
        for i in self._take(2, lambda o: not self._settled(o)):
            self._change(
                i, outcome="partially_paid", paid=None, fulfilled=None, source=_BY_HAND, payment="manual"
            )
        for i in self._take(4):
            self._change(i, outcome="pending", paid=None, payment="Cash on Delivery (COD)")
        for i in self._take(5):
            self._change(i, paid=self._after(i, 24 * 6, 24 * 50), payment="Bank Deposit", source=_BY_HAND)

    def _make_discounts_and_refunds(self) -> None:
        """Orders of total 0, with two codes, restocked without a refund, with more given back than was charged."""
        codes = self.shop.codes
        for i in self._take(1, self._settled):
            self._change(i, outcome="partially_refunded", restocked=True)
        for i in self._take(1, self._settled):
            amount = self.total(self.orders[i]) + 500
            self._change(i, outcome="refunded", refunded=amount, refunded_at=self._after(i, 100, 300))
        for i in self._take(5):
            everything = self.orders[i].subtotal
            self._change(i, discount=everything, code="ONTHEHOUSE", shipping=0, paid=None, payment="")
        for i in self._take(4):
            both = f"{codes[0][0]}, {codes[1][0]}"
            self._change(i, code=both, discount=self.orders[i].subtotal * 23 // 100)
        for i in self._take(3):
            self._change(i, partly_fulfilled=True, fulfilled=None)
        for i in self._take(5):
            self._change(i, payment="Shopify Payments + Gift Card")
        for i in self._take(6, lambda o: o.person is not None and o.person.country not in {"DE", "US"}):
            self._change(i, duties=self.orders[i].subtotal // 20)

    def _make_strangers(self) -> None:
        """Orders without an e-mail: by name and address alone, by phone alone; and notes that begin with a dash."""
        for i in self._take(4):
            person = self._person(i)
            person = replace(person, email=None, phone=None, last=f"{person.last}-Alt")
            self._change(i, person=person, email=None, source=_BY_HAND, payment="manual")
        for i in self._take(3, lambda o: o.person is not None and o.person.phone is not None):
            person = replace(self._person(i), email=None, phone=self.people.phone(self.shop.regions[0][0]))
            self._change(i, person=person, email=None, phone=person.phone)
        for i in self._take(4, lambda o: o.person is not None and len(o.person.postcode) == 5):
            self._change(i, note="- please ring twice\n- second floor", address="billing")

    def _person(self, i: int) -> Person:
        person = self.orders[i].person
        if person is None:
            raise ValueError("a plain order always has a person")
        return person

    def _exchange(self, order: Order) -> None:
        """The goods sent again at no charge; its number is that of the first order and -EXC."""
        created = (order.fulfilled or order.created) + timedelta(days=4, minutes=17)
        self.orders.append(
            replace(
                order,
                number="EXC",
                created=_existing(created),
                discount=sum(x.quantity * x.article.price for x in order.lines),
                shipping=0,
                taxes=0,
                paid=None,
                payment="",
                fulfilled=_existing(created + timedelta(hours=20)),
                source=_BY_HAND,
                tags="exchange",
            )
        )

    def _number(self) -> None:
        plain = [order for order in self.orders if order.number != "EXC"]
        number = {id(order): f"{self.shop.prefix}{n}" for n, order in enumerate(plain, 1001)}
        # An exchange shares its lines with the order it replaces, which no other order does.
        first = {id(order.lines): number[id(order)] for order in plain}
        self.orders = [
            replace(order, number=number.get(id(order)) or f"{first[id(order.lines)]}-EXC")
            for order in self.orders
        ]

    # --- checkouts -------------------------------------------------------------------------------------

    def _abandon(self, clients: Sequence[Person]) -> None:
        rng, shop = self.rng, self.shop
        since = shop.exported - _CHECKOUTS_FROM
        recent = [
            o
            for o in self.orders
            if o.created > since
            and o.person
            and o.email
            and o.paid
            and not o.cancelled
            and o.outcome == "paid"
        ]
        rng.shuffle(recent)
        for i, order in enumerate(recent[:24]):
            minutes = (14, 25, 70, 190, 1500, 2900, 6000)[i % 7] + rng.randrange(9)
            self._leave(order, minutes)
            if i % 4 == 0:
                self._leave(order, minutes + rng.randrange(60, 900))
        for order in recent[24:28]:  # back after more than the seven days
            self._leave(order, rng.randrange(8, 20) * 24 * 60)
        for order in recent[28:30]:  # within ten minutes: never really left, but in the file all the same
            self._leave(order, rng.randrange(3, 8))
        span = int(_CHECKOUTS_FROM.total_seconds())
        for i in range(34):
            person = rng.choice(clients) if i % 3 else self.people.one(self._region())
            self._begin(person, since + timedelta(seconds=rng.randrange(span)), number=i)
        for _ in range(5):  # older ones are kept only when a payment was tried
            created = since - timedelta(seconds=rng.randrange(86_400 * 20, 86_400 * 300))
            self._begin(rng.choice(clients), created, tried_payment=True)
        self.checkouts.sort(key=lambda checkout: checkout.created)

    def _leave(self, order: Order, minutes: int) -> None:
        """A checkout of the order's own client and first article, that long before the order."""
        if order.person is None:
            raise ValueError("a checkout needs somebody")
        kept = order.lines[: max(1, len(order.lines) - 1)]
        self.checkouts.append(
            Checkout(
                created=_existing(order.created - timedelta(minutes=minutes, seconds=self.rng.randrange(60))),
                person=order.person,
                lines=kept,
                email=self._spelled(order.person.email),
                shipping=order.shipping,
            )
        )

    def _begin(
        self, person: Person, created: datetime, *, number: int = 0, tried_payment: bool = False
    ) -> None:
        rng = self.rng
        lines = [Line(rng.choice((1, 1, 2)), self._article())]
        if number % 4 == 1:
            lines.append(Line(1, self._article()))
        if number in {9, 21}:
            lines[-1] = Line(0, lines[-1].article)
        phone_only = number in {4, 13, 22} and (person.phone or self.people.phone(self.shop.regions[0][0]))
        self.checkouts.append(
            Checkout(
                created=_existing(created),
                person=person,
                lines=tuple(lines),
                email=None if phone_only or number == 30 else self._spelled(person.email),
                phone=phone_only or None,
                reached_shipping=number % 5 != 2,
                shipping=self.shop.shipping_methods[0][1] if number % 5 != 2 else 0,
                tried_payment=tried_payment,
                code=self.shop.codes[0][0] if number % 9 == 5 else "",
            )
        )


_ATTRIBUTES = (
    "gift wrap: yes\nmessage: Happy birthday, with love",
    'engraving: "M & L"\nfont: serif\ndelivery day: any',
    "how did you hear about us: a friend",
)
_NOTES = (
    "Please leave it with the neighbours",
    "+1 sample if possible",
    "First line\nsecond line, with a comma",
    "=SUM(A1:A9) is not a formula here",
)


def _existing(at: datetime) -> datetime:
    """The moment in UTC and back, so that no time falls into the hour that spring skips."""
    return at.astimezone(ZoneInfo("UTC")).astimezone(at.tzinfo)


def _later(rng: Random, start: datetime, low_hours: int, high_hours: int) -> datetime:
    seconds = rng.randrange(low_hours * 3600, high_hours * 3600)
    return (start.astimezone(ZoneInfo("UTC")) + timedelta(seconds=seconds)).astimezone(start.tzinfo)
