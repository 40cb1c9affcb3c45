"""How the sample's files are written: Shopify's columns in order, and its habits with quotes, blanks and apostrophes."""

from __future__ import annotations

ORDER_COLUMNS = tuple(
    (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
        "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
        "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,"
        "Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,"
        "Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
        "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,"
        "Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,"
        "Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,"
        "Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
        "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
    ).split(",")
)
"""The 79 columns of a shop with a till."""

_STAFF = ("Outstanding Balance", "Employee", "Location", "Device ID")
_PAYMENT = ("Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References")
SHORT_ORDER_COLUMNS = tuple(c for c in ORDER_COLUMNS if c not in {*_STAFF, *_PAYMENT})
"""The 71 columns of a shop without one, as exported some years ago."""
CHECKOUT_COLUMNS = tuple(c for c in SHORT_ORDER_COLUMNS if c != "Duties")
"""The 70 columns of abandoned checkouts."""

NEW_CUSTOMER_COLUMNS = tuple(
    (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
        "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
        "Total Spent,Total Orders,Note,Tax Exempt,Tags"
    ).split(",")
)
OLD_CUSTOMER_COLUMNS = tuple(
    (
        "First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,Province Code,"
        "Country,Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt"
    ).split(",")
)

Row = dict[str, str]
"""Cells by column. A column that is missing is written as nothing, an empty text as two quotes."""


def money(minor: int) -> str:
    """Cents as Shopify writes them: 1230 -> 12.30."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def guarded(text: str) -> str:
    """Text with the apostrophe that keeps a spreadsheet from reading it as a number or formula.

    Numbers such as +49301234567, without a blank, stay bare: that is how real files have it.
    """
    if text.startswith("+") and text[1:].isdigit():
        return text
    return f"'{text}" if text[:1] in {"+", "-", "="} else text


def csv_text(columns: tuple[str, ...], rows: list[Row], line_end: str) -> str:
    """A whole file, header included.

    Raises:
        ValueError: a row has a cell for a column that the file has not.
    """
    lines = [",".join(columns)]
    for row in rows:
        unknown = row.keys() - set(columns)
        if unknown:
            raise ValueError(f"no such column: {sorted(unknown)}")
        lines.append(",".join(_cell(row.get(column)) for column in columns))
    return line_end.join([*lines, ""])


def _cell(text: str | None) -> str:
    if text is None:
        return ""
    if not text or any(c in text for c in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
