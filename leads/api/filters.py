"""Which leads somebody asks for: the same words in the list, the board and its changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from leads.cleaning import clean_line
from leads.clicks import attributed, clicked
from leads.identity import parse_phone, phone_key
from leads.inference.mapping import ATTRIBUTION
from leads.models import LeadIdentity, LeadSearch, Source
from leads.models.lead import LeadQuerySet
from leads.search import search_query

NOBODY = "none"
YES = frozenset({"1", "true", "yes", "on"})
DEFAULT_COUNTRY = "BR"
FEW_MATCHES = 200
MANY_MATCHES = 20_000
EVERY_MATCH = 2**31 - 1
LONGEST_ID = 18  # digits that surely fit a bigint


@dataclass(frozen=True)
class LeadFilters:
    """Empty: not asked for. `consultant`: user id, username or `none`; `phone`: in any spelling.

    `click`: whose advertisement was clicked, `any` or `none` (`leads.clicks`).
    """

    phone: str = ""
    status: str = ""
    consultant: str = ""
    source: str = ""
    temperature: str = ""
    q: str = ""
    click: str = ""
    waiting: bool = False
    attribution: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """From the parameters of an address; unknown ones are nobody's business here."""
        texts = {
            name: query.get(name, "").replace("\x00", "").strip()
            for name in (
                *("phone", "status", "consultant", "source", "temperature", "q", "click"),
                *ATTRIBUTION,
            )
        }
        attribution = tuple((name, text) for name in ATTRIBUTION if (text := clean_line(texts.pop(name))))
        return cls(waiting=query.get("waiting", "").lower() in YES, attribution=attribution, **texts)

    def apply(self, leads: LeadQuerySet) -> LeadQuerySet:
        exact = {"status": self.status, "temperature": self.temperature}
        leads = leads.filter(**{name: value for name, value in exact.items() if value})
        if self.source:
            leads = leads.filter(came_by(self.source))
        if self.waiting:
            leads = leads.filter(waiting_since__isnull=False)
        if self.consultant:
            nobody = self.consultant == NOBODY
            leads = leads.filter(
                Q(consultant=None) if nobody else user_is("consultant__user", self.consultant)
            )
        if self.phone:
            leads = leads.filter(pk__in=_with_phone(self.phone))
        if self.attribution:
            leads = _by_ids(leads, attributed(leads.order_by(), dict(self.attribution)))
        if self.click:
            leads = _by_ids(leads, clicked(leads.order_by(), self.click))
        if self.q:
            leads = with_words(leads, self.q)
        return leads


def came_by(slug: str) -> Q:
    """Whoever wrote to us first came by no source; one may be called `whatsapp`, too."""
    named = Q(source__slug=slug)
    return named | Q(source=None) if slug == Source.WHATSAPP else named


def user_is(path: str, text: str) -> Q:
    """The condition that the user at `path` is the one named, by id or username."""
    if text.isdecimal() and len(text) <= LONGEST_ID:
        return Q(**{path: int(text)})
    return Q(**{f"{path}__username": text})


def with_words(leads: LeadQuerySet, text: str) -> LeadQuerySet:
    """Those in which words begin with the words of `text`."""
    query = search_query(text)
    if query is None:
        return leads.none()
    matches = leads.order_by().filter(search__words=query)
    if matches[: MANY_MATCHES + 1].count() > MANY_MATCHES:
        return leads.filter(_has_words(query))
    return _by_ids(leads, matches)


def _has_words(query: SearchQuery) -> Subquery:
    """Asked of one lead after the other, in the order of the list, which soon has its page of so many matches.

    PostgreSQL never turns a scalar subquery into a join, which would find all of them first.
    """
    own = LeadSearch.objects.filter(lead=OuterRef("pk"))
    is_match = ExpressionWrapper(Q(words=query), output_field=BooleanField())
    return Subquery(own.annotate(is_match=is_match).values("is_match"), output_field=BooleanField())


def _by_ids(leads: LeadQuerySet, matches: LeadQuerySet) -> LeadQuerySet:
    """Few matches by their ids, many by a query of their own.

    Either way PostgreSQL uses the index that finds them: left alone with LIMIT, it walks all leads in the
    order of the list and looks at each. The limit of the second never bites, it only keeps them apart.
    """
    found = matches.values_list("pk", flat=True)
    few = list(found[: FEW_MATCHES + 1])
    return leads.filter(pk__in=few if len(few) <= FEW_MATCHES else found[:EVERY_MATCH])


def _with_phone(text: str) -> QuerySet[LeadIdentity, UUID]:
    """Leads known by this number. A `+` that an address turned into a space is forgiven."""
    spellings = (text, "+" + re.sub(r"\D", "", text))
    phones = {parse_phone(spelling, DEFAULT_COUNTRY) for spelling in spellings} - {None}
    keys = [phone_key(phone) for phone in phones if phone]
    return LeadIdentity.objects.filter(kind=LeadIdentity.Kind.PHONE, key__in=keys).values_list(
        "lead", flat=True
    )
