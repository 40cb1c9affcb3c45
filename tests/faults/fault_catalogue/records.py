"""What is no order: reviews, events, scans and requests, in plain files, Etsy's reviews and access logs."""

from __future__ import annotations

from fault_catalogue.case import Stored, case
from fault_catalogue.plain_text import text

_REVIEWS = "review_id,platform,seller,client_ref,rating,reviewed_at,price,currency"
_EVENTS = "client_ref,event,at"
_SCANS = "code,scanned_at,user_agent"
_REQUESTS = "request_id,requested_at,client_ref,service,start_date,price,currency"
_LOG = '203.0.113.7 - - [12/Oct/2026:08:41:10 +0200] "GET /q/h4Tq8Zs0VnB1xYc7LmPd HTTP/2.0" 302 0 "-" "Mozilla/5.0"'
_FIRST = '{"reviewer": "jo", "date_reviewed": "09/28/2026", "star_rating": 5, "order_id": 3812345671}'


def _aside(column, part, **records):
    """The second of three rows is set aside."""
    return Stored(3, aside=1, problems=((3, column, part),), records=records)


def _review(number="R-2", seller="inkwell", who="lena_k", rating="4", at="2026-03-02", price="", currency=""):
    return f"{number},gigboard,{seller},{who},{rating},{at},{price},{currency}"


def _review_beside(fault, column, part, **cells):
    data = text(_REVIEWS, _review("R-1"), _review(**cells), _review("R-3"))
    return case(fault, data, _aside(column, part, reviews=2), "reviews.csv")


def _event_beside(fault, bad, column, part):
    data = text(_EVENTS, "lena_k,follow,2026-03-01 09:00", bad, "lena_k,login,2026-03-03 09:00")
    return case(fault, data, _aside(column, part, events=2), "events.csv")


def _scan_beside(fault, bad, column, part):
    data = text(_SCANS, "h4Tq8Zs0VnB1,2026-03-01 09:00,", bad, "h4Tq8Zs0VnB1,2026-03-03 09:00,")
    return case(fault, data, _aside(column, part, scans=2), "scans.csv")


def _request(
    number="Q-2", at="2026-03-02 09:00", who="marco.b", start="2026-03-20", price="95.00", currency="EUR"
):
    return f"{number},{at},{who},Logo,{start},{price},{currency}"


def _request_beside(fault, column, part, **cells):
    data = text(_REQUESTS, _request("Q-1"), _request(**cells), _request("Q-3"))
    return case(fault, data, _aside(column, part, requests=2), "requests.csv")


def _etsy(fault, bad, column, part):
    """Set aside from an array; told by Etsy's own names."""
    data = f"[\n{_FIRST},\n{bad},\n{_FIRST}\n]\n"
    return case(fault, data, _aside(column, part, reviews=2), "reviews.json")


def _log(fault, outcome, *rows):
    return case(fault, text(_LOG, *rows), outcome, "access.log")


CASES = [
    case("reviews, nothing wrong", text(_REVIEWS, _review("R-1"), _review()), Stored(2, records={"reviews": 2}), "reviews.csv"),
    _review_beside("a review of six stars", "rating", "1 to 5", rating="6"),
    _review_beside("a review of no star", "rating", "1 to 5", rating="0"),
    _review_beside("stars in words", "rating", "not a number", rating="five"),
    _review_beside("a review of nobody's shop", "seller", "needs it", seller=""),
    _review_beside("a review by nobody", "client_ref", "whose it is", who=""),
    _review_beside("a review without a day", "reviewed_at", "needs a time", at=""),
    _review_beside("a review of 30 February", "reviewed_at", "no such day", at="2026-02-30"),
    _review_beside("a review's price in words", "price", "not an amount", price="cheap", currency="EUR"),
    _review_beside("a review's price without a currency", "currency", "missing", price="9.00"),
    _review_beside("a review's price in a currency that is none", "currency", "not an ISO 4217", price="9.00", currency="EUX"),
    case("one review id, two reviews", text(_REVIEWS, _review("R-1"), _review("R-1", rating="1"), _review("R-3")),
         _aside("review_id", "twice, with different content", reviews=2), "reviews.csv"),
    case("a review twice, letter for letter", text(_REVIEWS, _review(), _review()), Stored(2, duplicate=1, records={"reviews": 1}), "reviews.csv"),
    case("a review twice without an id is two", text(_REVIEWS, _review(""), _review("")), Stored(2, records={"reviews": 2}), "reviews.csv"),
    case("Etsy's reviews, nothing wrong", f"[{_FIRST},\n{_FIRST}]", Stored(2, records={"reviews": 2}), "reviews.json"),
    _etsy("Etsy's review without a reviewer", _FIRST.replace('"jo"', "null"), "reviewer", "whose it is"),
    _etsy("Etsy's review of 13 months", _FIRST.replace("09/28", "13/28"), "date_reviewed", "no such day"),
    _etsy("Etsy's review with stars in a list", _FIRST.replace("5,", "[5],"), None, "holds a list"),
    _etsy("Etsy's review with half a star too many", _FIRST.replace("5,", "5.5,"), "star_rating", "1 to 5"),
    case("Etsy's reviews on days that might be either", _FIRST.replace("09/28", "03/04"), Stored(1, records={"reviews": 1}), "reviews.json"),
    case("events, nothing wrong", text(_EVENTS, "lena_k,follow,2026-03-01 09:00", "lena_k,Message,2026-03-02 09:00"), Stored(2, records={"events": 2}), "events.csv"),
    _event_beside("an event of another kind", "lena_k,wave,2026-03-02 09:00", "event", "neither follow, message nor login"),
    _event_beside("an event that is none", "lena_k,,2026-03-02 09:00", "event", "needs it"),
    _event_beside("nobody's event", ",follow,2026-03-02 09:00", "client_ref", "whose it is"),
    _event_beside("an event at 24:00", "lena_k,follow,2026-03-02 24:00", "at", "no such day or hour"),
    case("an event twice", text(_EVENTS, *["lena_k,follow,2026-03-01 09:00"] * 2), Stored(2, duplicate=1, records={"events": 1}), "events.csv"),
    _scan_beside("a scan of no letter", ",2026-03-02 09:00,", "code", "needs it"),
    _scan_beside("a scan without a time", "h4Tq8Zs0VnB1,,Mozilla", "scanned_at", "needs a time"),
    _scan_beside("a scan cut off", "h4Tq8Zs0VnB1", None, "1 cells, the header 3"),
    case("a scan twice", text(_SCANS, *["h4Tq8Zs0VnB1,2026-03-01 09:00,"] * 2), Stored(2, duplicate=1, records={"scans": 1}), "scans.csv"),
    _request_beside("a request without a number", "request_id", "needs it", number=""),
    _request_beside("nobody's request", "client_ref", "whose it is", who=""),
    _request_beside("a start on 31 April", "start_date", "no such day", start="2026-04-31"),
    _request_beside("a request's price of three decimals", "price", "not an amount", price="9.125"),
    case("one request number, two requests", text(_REQUESTS, _request("Q-1"), _request("Q-1", price="5.00"), _request("Q-3")),
         _aside("request_id", "twice, with different content", requests=2), "requests.csv"),
    _log("an access log, nothing wrong", Stored(1, records={"scans": 1})),
    _log("a log of other pages, previews and failures", Stored(4, skipped=3, records={"scans": 1}, note="left out"),
         _LOG.replace("/q/h4Tq8Zs0VnB1xYc7LmPd", "/favicon.ico"), _LOG.replace("GET", "HEAD"), _LOG.replace("302", "404")),
    _log("a line of a log cut off", Stored(2, aside=1, problems=((2, None, "not a line of an access log"),), records={"scans": 1}), _LOG[:40]),
    _log("a log of 31 February", Stored(2, aside=1, problems=((2, None, "not a line of an access log"),), records={"scans": 1}), _LOG.replace("12/Oct", "31/Feb")),
    _log("ESC in a user agent", Stored(2, records={"scans": 2}), _LOG.replace("Mozilla", "\x1b[2J\u202e").replace("08:41", "08:42")),
    _log("a request line with quotes in it", Stored(2, skipped=1, records={"scans": 1}), _LOG.replace("/q/", '/\\"x\\"/q/?')),
]  # fmt: skip
