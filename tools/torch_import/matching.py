"""The state dictionary laid beside what a network must have."""

from dataclasses import dataclass, replace

import numpy

from .naming import Naming, level
from .parameters import Parameter
from .refusal import BAD_DATA, RefusalError
from .state import COUNTER, State


@dataclass(frozen=True)
class Import:
    """A network's parameters in our layout."""

    arrays: dict[str, numpy.ndarray]
    trained: int
    statistics: int
    # Names of ours that the original has not, which are zero.
    zeros: list[str]
    # Names of the original that nothing is computed with.
    passed_by: list[str]


def match(
    state: State, naming: Naming, parameters: list[Parameter], depth: int, whose: str
) -> Import:
    """Takes every parameter, and refuses what is missing, of another shape, or left over.

    `whose` is how sentences call the network that the parameters are of.
    """
    check_shapes(state, parameters, whose)
    taken = {parameter.original for parameter in parameters}
    left = sorted(set(state.arrays) - taken)
    # Today's sparse network has a bottom, and returns its input.
    bottom = tuple(f"{level(depth + 1)}.{part}." for part in ("merger", "blocks", "splitter"))
    is_bypassed = naming.kind == "sparse" and not any(
        name.startswith(bottom) for name in taken if name
    )
    passed_by = [name for name in left if is_bypassed and name.startswith(bottom)]
    statistics = {
        (parameter.original or "").removesuffix(".running_mean") + COUNTER
        for parameter in parameters
        if (parameter.original or "").endswith(".running_mean")
    }
    extra = sorted(set(left) - set(passed_by) | (state.counters - statistics))
    if extra:
        raise RefusalError(
            BAD_DATA,
            f"{state.file} has a parameter {described(state, extra[0])}, which {whose} "
            f"has not{more(extra)}: {REMEDY}",
        )
    arrays = {parameter.name: converted(parameter, state) for parameter in parameters}
    return Import(
        arrays,
        sum(arrays[parameter.name].size for parameter in parameters if parameter.is_trained),
        sum(arrays[parameter.name].size for parameter in parameters if not parameter.is_trained),
        [parameter.name for parameter in parameters if parameter.original is None],
        passed_by,
    )


REMEDY = "give a checkpoint of a UResNet as it was saved, or the switches that --help lists"


def check_shapes(state: State, parameters: list[Parameter], whose: str) -> None:
    """Refuses the first of all that are missing, or the first that has another shape."""
    known = [parameter for parameter in parameters if parameter.original is not None]
    missing = [parameter for parameter in known if parameter.original not in state.arrays]
    if missing:
        first = missing[0]
        remedy = REMEDY
        if str(first.original).endswith(".running_mean"):
            remedy = "only batch normalisation, with running statistics, can be imported"
        raise RefusalError(
            BAD_DATA,
            f"{state.file} has no parameter {first.original}, of shape "
            f"{list(first.original_shape)}, which {whose} has"
            f"{more(missing)}: {remedy}",
        )
    shapes = state.shapes
    other = [
        parameter
        for parameter in known
        if shapes[str(parameter.original)] != parameter.original_shape
    ]
    if other:
        first = other[0]
        raise RefusalError(
            BAD_DATA,
            f"{state.file} has the parameter {described(state, str(first.original))}, where "
            f"{whose} has {list(first.original_shape)}{more(other)}: "
            f"{REMEDY}",
        )


def described(state: State, name: str) -> str:
    """A name and its shape."""
    array = state.arrays.get(name)
    return name if array is None else f"{name} of shape {list(array.shape)}"


def more(found: list) -> str:
    """How many there are beside the one that is named."""
    return f" (and {len(found) - 1} more such)" if len(found) > 1 else ""


def exchanging_classes(imported: Import) -> Import:
    """The network whose classes 1 and 2 have changed places."""
    exchanged = {
        name: array[..., [0, 2, 1]]
        for name, array in imported.arrays.items()
        if name.startswith("classifier.")
    }
    return replace(imported, arrays=imported.arrays | exchanged)


def converted(parameter: Parameter, state: State) -> numpy.ndarray:
    """A parameter in our order of axes."""
    if parameter.original is None:
        return numpy.zeros(parameter.shape, numpy.float32)
    array = parameter.layout(state.arrays[parameter.original])
    return numpy.ascontiguousarray(array.reshape(parameter.shape), dtype=numpy.float32)
