"""The kinds of criteria, a file each: KINDS follows from the files, and is what the process language has."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from schemas.process import CRITERIA
from service.domain.criteria.kind import Inputs, Kind


def of_the_files(criteria: Mapping[str, type]) -> dict[type, Kind[Any, Any]]:
    """By the criterion's model. Raises TypeError unless each of these has its kind here, and no other has."""
    kinds: list[Kind[Any, Any]] = [
        import_module(f"{__name__}.{module.name}").KIND for module in iter_modules(__path__)
    ]
    if {kind.name: kind.model for kind in kinds} != criteria:
        here = ", ".join(sorted(kind.name for kind in kinds))
        raise TypeError(f"the process language has {', '.join(sorted(criteria))}; files of kinds have {here}")
    return {kind.model: kind for kind in kinds}


KINDS = of_the_files(CRITERIA)

if TYPE_CHECKING:
    AnyInputs: TypeAlias = Inputs
else:
    AnyInputs = Union[tuple(kind.inputs for kind in KINDS.values())]  # noqa: UP007 - known once it runs


def kind_of(criterion: Any) -> Kind[Any, Any]:
    """The criterion's kind."""
    return KINDS[type(criterion)]
