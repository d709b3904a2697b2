"""Portfolios, people and customers: who and where."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Flag, Key, Label, Model, NewKey, Sealed, Tagged, Url, Words
from schemas.vocabulary import Relationship

# Lists are refused at their first wrong item: a body may hold half a million of them.
Keys = Annotated[tuple[Key, ...], Field(max_length=100, fail_fast=True)]


class External(Model):
    """The same thing in another system."""

    system: Key
    id: Label
    url: Url | None = None


Externals = Annotated[tuple[External, ...], Field(max_length=20, fail_fast=True)]


class Recorded(Tagged):
    """What every stored noun says of itself."""

    revision: int
    """Moves with each change of this resource."""
    created_at: datetime
    created_by: str


RetentionDays = Annotated[int, Field(strict=True, ge=30, le=36_500)]


class PortfolioIn(Model):
    key: NewKey
    name: Annotated[Label, Sealed]
    processes: Keys | None = None
    """Processes that its concepts may take; null: any published one."""
    retention_days: RetentionDays | None = None
    """Conversations held longer ago than this are erased by `gateproof purge`; null: kept."""


class PortfolioPatch(Model):
    name: Label | None = None
    processes: Keys | None = None
    retention_days: RetentionDays | None = None


class Portfolio(Recorded):
    """A business unit's concepts."""

    key: str
    name: str
    processes: list[str] | None
    retention_days: int | None


class PersonIn(Model):
    key: NewKey
    name: Annotated[Label, Sealed]
    function: Label
    """product, research, marketing, sales, ..."""
    leader: Flag = False
    external: Annotated[Externals, Sealed] = ()


class PersonPatch(Model):
    name: Label | None = None
    function: Label | None = None
    leader: Flag | None = None
    external: Externals | None = None


class Person(Recorded):
    """A colleague."""

    key: str
    name: str
    function: str
    leader: bool
    external: list[External]


class CustomerIn(Model):
    key: NewKey
    portfolio: Key
    segment: Label
    relationship: Relationship
    name: Annotated[Label | None, Sealed] = None
    external: Annotated[Externals, Sealed] = ()


class CustomerSync(CustomerIn):
    """A customer as another system has it."""

    reason: Words | None = None
    """Why it changed, if it did."""


class CustomerPatch(Model):
    segment: Label | None = None
    relationship: Relationship | None = None
    name: Label | None = None
    external: Externals | None = None
    reason: Words | None = None
    """Why it changed. Conversations keep what was true when they were recorded."""


class Customer(Recorded):
    """An account that people talk with."""

    key: str
    portfolio: str
    segment: str
    relationship: Relationship
    name: str | None
    external: list[External]
    erased_at: datetime | None
    """When the words about it were erased, unless it was named anew since."""


class HeldVersion(Model):
    """The customer as it was entered once."""

    at: datetime
    by: str
    segment: str
    relationship: Relationship
    name: str | None
    external: list[External]
    reason: str | None
