"""What the commands of `campaigns` have in common, and the bodies of `campaigns new` and `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.errors import BadCampaignName, CampaignMissing, ExitCode, Unreadable
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from clientlens.campaigns.checking import Campaign, Checked
    from clientlens.campaigns.spec import Audience, Spec
    from clientlens.cli.context import Run

FAULT_FIELDS = (
    Field(
        "file", Kind.TEXT, "the campaign's file, or that of its letter", nullable=False, priority=2, file=True
    ),
    Field("line", Kind.INTEGER, "its line; null: the file as a whole"),
    Field("fault", Kind.TEXT, "what is wrong there", nullable=False, wide=True, fold=True),
)
CHECK_FIELDS = (
    Field("file", Kind.TEXT, "the campaign's file", nullable=False, priority=None),
    Field("campaign", Kind.TEXT, "its name; null: the file cannot be read", priority=None),
    Field("fine", Kind.BOOLEAN, "nothing is wrong", nullable=False, priority=None),
    Field(
        "faults", Kind.LIST, "everything that is wrong", nullable=False, priority=None, fields=FAULT_FIELDS
    ),
    Field("advice", Kind.TEXTS, "what is allowed, and yet to be thought of", nullable=False, priority=None),
    Field("audience", Kind.TEXT, "who is meant", wide=True, fold=True),
    Field("limit", Kind.INTEGER, "clients at most, in one period"),
    Field("repeat", Kind.TEXT, "how often a client may get it", values=("once", "month", "year")),
    Field("holdout", Kind.SCALED, "share that gets no letter", scale=4, trim=True),
    Field("letter", Kind.TEXT, "its template", wide=True),
    Field("languages", Kind.TEXTS, "in which it is written", nullable=False),
    Field("layout", Kind.TEXT, "where window and text are"),
    Field("provider", Kind.TEXT, "print service; null: none"),
    Field("qr_url", Kind.TEXT, "where its codes lead; null: it has none", wide=True),
    Field("coupon", Kind.TEXT, "word that orders name; null: none"),
    Field("cost_per_letter", Kind.MONEY, "of one letter"),
    Field("fixed_cost", Kind.MONEY, "once"),
    Field("budget", Kind.MONEY, "at most, in one period; null: no cap"),
    Field("currency", Kind.TEXT, "of the amounts; null: none is said"),
    Field("in_home_days", Kind.INTEGER, "from the run to the client's home", unit="days"),
    Field("window_days", Kind.INTEGER, "how long after that orders count", unit="days"),
)


def print_new(run: Run, name: str, template: str, language: str, *, output: str | None, force: bool) -> None:
    """Print a campaign's file to begin with, or write it.

    Raises:
        BadCampaignName, UnknownLetterTemplate, OutputExists, OutputFailed
    """
    from clientlens.campaigns.newfile import new_file
    from clientlens.campaigns.specvalues import campaign_name
    from clientlens.cli.writing import write_file
    from clientlens.letters.template import SUFFIX, ready_made, ready_made_files

    if campaign_name(name) is None:
        raise BadCampaignName(name)
    if not template.endswith(SUFFIX):
        ready_made(template, [language])
    text = new_file(name, template, language, tuple(ready_made_files()))
    if output in (None, "-"):
        run.console.data(text.encode())
        return
    write_file(run.folder / str(output), text.encode(), force=force, shown=str(output))
    run.console.note(f"note: 'clientlens campaigns check {output}' finds slips, once it is to your liking")


def tell_check(run: Run, file: str) -> None:
    """List every fault of a campaign's file and its letter; the exit code is 2 when there are any."""
    from clientlens.campaigns.checking import check_campaign

    path = run.folder / file
    checked = check_campaign(read_file(run, file), file, path.parent, language=_language(run))
    if checked.faults:
        run.exit_code = ExitCode.USAGE
    run.answer(_answer(run, file, checked))


def load_campaign(run: Run, file: str) -> Campaign:
    """A campaign that is in order.

    Raises:
        CampaignMissing, Unreadable, BadCampaign
    """
    from clientlens.campaigns.checking import read_campaign

    path = run.folder / file
    return read_campaign(read_file(run, file), file, path.parent, language=_language(run))


def read_file(run: Run, file: str) -> bytes:
    """The bytes of a campaign's file.

    Raises:
        CampaignMissing, Unreadable
    """
    try:
        return (run.folder / file).read_bytes()
    except FileNotFoundError:
        raise CampaignMissing(file) from None
    except (OSError, ValueError) as error:
        raise Unreadable(file, getattr(error, "strerror", None) or type(error).__name__) from None


def _language(run: Run) -> str:
    return run.settings.text("messages.language")


def _answer(run: Run, file: str, checked: Checked) -> Answer:
    from clientlens.analysis.wording import counted_noun

    spec = checked.spec
    advice = () if checked.faults else (*checked.advice, *_unset(run, spec))
    rows = frame_of(CHECK_FIELDS, [_row(file, checked, advice)])
    if not checked.faults:
        title = f"{spec.name if spec else file}: no faults"
        return Answer("campaign_check", CHECK_FIELDS, rows, "UTC", single=True, title=title, notes=advice)
    listed = Answer("campaign_faults", FAULT_FIELDS, frame_of(FAULT_FIELDS, checked.faults), "UTC")
    title = f"{file}: {counted_noun(len(checked.faults), 'fault')}"
    return Answer("campaign_check", CHECK_FIELDS, rows, "UTC", single=True, title=title, parts=(listed,))


def _unset(run: Run, spec: Spec | None) -> tuple[str, ...]:
    """What the settings lack for this campaign's letters."""
    from clientlens.campaigns.sending import unset

    missing = () if spec is None else unset(spec, run.settings)
    told = f"who writes? not set: {', '.join(missing)} ([sender] in this file, or in the workspace's clientlens.toml)"
    return (told,) if missing else ()


def _row(file: str, checked: Checked, advice: tuple[str, ...]) -> tuple[object, ...]:
    spec, money = checked.spec, None if checked.spec is None else checked.spec.money
    faults = [dict(zip(("file", "line", "fault"), one, strict=True)) for one in checked.faults]
    languages = list(checked.templates)
    if spec is None or money is None:
        return (file, None, False, faults, [], *[None] * 5, languages, *[None] * 10)
    known = bool(money.currency)
    return (
        file,
        spec.name,
        not checked.faults,
        faults,
        list(advice),
        in_words(spec.audience) or None,
        spec.audience.limit,
        spec.repeat or "once",
        int(spec.holdout.share * 10**4),
        spec.template or None,
        languages,
        spec.layout,
        spec.provider or None,
        spec.qr_url,
        spec.coupon,
        money.per_letter_minor if known else None,
        money.fixed_minor if known else None,
        money.budget_minor if known else None,
        money.currency or None,
        spec.in_home_days,
        spec.window_days,
    )


def in_words(audience: Audience) -> str:
    """Who is meant, in one line."""
    said = []
    if audience.group is not None:
        said.append(f"group {audience.group}")
    if audience.rank_by is not None:
        said.append(f"top {audience.top} by {audience.rank_by}, {audience.window}")
    if audience.birthday_within_days is not None:
        said.append(f"birthday within {audience.birthday_within_days} days")
    if audience.everyone:
        said.append("everyone")
    if audience.where is not None:
        said.append(audience.where)
    return "; where ".join(said)
