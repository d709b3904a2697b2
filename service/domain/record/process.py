"""Events of processes, and how other events name a version."""

from msgspec import Struct

from service.domain.record.event import Event, event


class VersionName(Struct, frozen=True):
    """A version of a process."""

    key: str
    version: int


class PinnedVersion(VersionName, frozen=True):
    """A version of a process, with the digest of its document."""

    digest: str


@event("process.published", of="process")
class ProcessPublished(Event, frozen=True):
    """A version of a process was published."""

    key: str
    version: int
    digest: str
