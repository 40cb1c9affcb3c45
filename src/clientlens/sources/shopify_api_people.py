"""The person of an API object (order, checkout, customer) as plain client columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.sources.shopify_objects import inner, items, own_id, text, truth, value_at

if TYPE_CHECKING:
    from clientlens.sources.shopify_objects import Object

_CONSENT = {
    "subscribed": "yes",
    "not_subscribed": "no",
    "unsubscribed": "no",
    "pending": "no",
    "redacted": "no",
    "invalid": "no",
}
Cells = dict[str, str | None]


def buyer_cells(holder: Object, customer: Object) -> Cells:
    """Who placed an order or began a checkout.

    Name and address are those of the billing address, else of the shipping address, as in the CSV export, so that both
    give the same keys; the customer's own fill in what these do not say.

    Raises:
        ShapeError
    """
    addresses = [inner(holder, "billing_address"), inner(holder, "shipping_address")]
    own = inner(customer, "default_address")
    return {
        **_names(*addresses, customer, own),
        **_address(*addresses, own),
        "client_ref": own_id(customer),
        "email": text(holder, "email", "contact_email") or _email(customer),
        "phone": next(
            (found for one in (holder, *addresses) if (found := text(one, "phone"))), _phone(customer, own)
        ),
        "accepts_email": _consent(customer, holder),
        "language": text(holder, "customer_locale") or text(customer, "locale"),
    }


def customer_cells(customer: Object) -> Cells:
    """A customer of the shop's list.

    Raises:
        ShapeError
    """
    others = items(customer, "addresses")
    own = inner(customer, "default_address") or (others[0] if others else {})
    return {
        **_names(customer, own),
        **_address(own),
        "client_ref": own_id(customer),
        "email": _email(customer),
        "phone": _phone(customer, own),
        "accepts_email": _consent(customer, {}),
        "language": text(customer, "locale"),
        "joined_at": text(customer, "created_at"),
    }


def _names(*holders: Object) -> Cells:
    """Of the first that has a name, all of it."""
    for one in holders:
        first, last = text(one, "first_name"), text(one, "last_name")
        whole = text(one, "name") or " ".join(part.strip() for part in (first, last) if part)
        if whole:
            return {"name": whole, "first_name": first, "last_name": last}
    return {}


def _address(*addresses: Object) -> Cells:
    """Of the first that has a street, all of it; a company or country from any."""
    chosen = next((one for one in addresses if text(one, "address1")), {})
    countries = [text(one, "country_code_v2", "country_code", "country") for one in (chosen, *addresses)]
    companies = [text(one, "company") for one in (chosen, *addresses)]
    return {
        "street": text(chosen, "address1"),
        "street2": text(chosen, "address2"),
        "postcode": text(chosen, "zip"),
        "city": text(chosen, "city"),
        "province": text(chosen, "province_code", "province"),
        "country": next((country for country in countries if country), None),
        "company": next((company for company in companies if company), None),
    }


def _email(customer: Object) -> str | None:
    return text(customer, "email") or text(inner(customer, "default_email_address"), "email_address")


def _phone(customer: Object, own: Object) -> str | None:
    newer = inner(customer, "default_phone_number")
    return text(customer, "phone") or text(newer, "phone_number") or text(own, "phone")


def _consent(customer: Object, holder: Object) -> str | None:
    consent = inner(customer, "email_marketing_consent")
    newer = inner(customer, "default_email_address")
    state = text(consent, "state", "marketing_state") or text(newer, "marketing_state")
    if state:
        return _CONSENT.get(state.strip().lower(), state)
    for one, name in ((holder, "buyer_accepts_marketing"), (customer, "accepts_marketing")):
        if value_at(one, name) is not None:
            return "yes" if truth(one, name) else "no"
    return None
