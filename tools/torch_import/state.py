"""The state dictionary of a PyTorch checkpoint, whatever it is wrapped in."""

import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path

import numpy
import torch

from .refusal import BAD_DATA, INPUT_OUTPUT, RefusalError

# Where programs that save more than the parameters put them.
WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net")
# A parameter that every network of CosmicTagger has, by the beginning of its name.
LANDMARK = "initial_convolution."
# A counter of PyTorch's normalisation, which nothing computes with.
COUNTER = ".num_batches_tracked"
# How PyTorch names what it does not make of an untrusted file.
FOREIGN = re.compile(r"GLOBAL (\S+)")


@dataclass(frozen=True)
class State:
    """Parameters and running statistics by their names in CosmicTagger."""

    file: str
    step: int
    arrays: dict[str, numpy.ndarray]
    # Names of `num_batches_tracked`, which are no parameters.
    counters: frozenset[str]
    # What stood before every name, such as `module.`.
    prefix: str

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The extents of every parameter."""
        return {name: array.shape for name, array in self.arrays.items()}

    def with_groups(self) -> "State":
        """Weights of SparseConvNet with their axis of groups, which its older versions have not."""
        arrays = {
            name: array[:, numpy.newaxis] if array.ndim == 3 else array
            for name, array in self.arrays.items()
        }
        return replace(self, arrays=arrays)


def read(path: Path, trust: bool) -> State:
    """Reads a checkpoint.

    `trust` lets the file name any Python object, which then runs: without it only tensors and plain
    containers are made.
    """
    content = load(path, trust)
    if isinstance(content, torch.nn.Module):
        raise RefusalError(
            BAD_DATA, f"{path} is a pickled module: save its state_dict() instead, and import that"
        )
    dictionary = unwrap(path, content)
    prefix = common_prefix(path, dictionary)
    arrays, counters = {}, set()
    for name, value in dictionary.items():
        if name.endswith(COUNTER):
            counters.add(name.removeprefix(prefix))
        else:
            arrays[name.removeprefix(prefix)] = array(path, name, value)
    return State(str(path), step_of(path, content), arrays, frozenset(counters), prefix)


def load(path: Path, trust: bool) -> object:
    """What torch.save wrote."""
    try:
        return torch.load(path, map_location="cpu", weights_only=not trust)
    except OSError as error:
        raise RefusalError(
            INPUT_OUTPUT, f"{path} cannot be read ({error.strerror or error}): check the path"
        ) from None
    except pickle.UnpicklingError as error:
        foreign = FOREIGN.search(str(error))
        if trust or foreign is None:
            raise unreadable(path, error) from None
        raise RefusalError(
            BAD_DATA,
            f"{path} wants {foreign[1]}, no tensor or plain container, which may run code of "
            "whoever wrote the file: if you trust them, give --trust",
        ) from None
    except Exception as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> RefusalError:
    """The refusal of a file that is none of PyTorch's, with the first of its many lines."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return RefusalError(
        BAD_DATA,
        f"{path} cannot be read as a file of torch.save ({lines[0].rstrip('.')}): copy it again",
    )


def unwrap(path: Path, content: object) -> Mapping[str, object]:
    """The dictionary with parameters in it."""
    if isinstance(content, Mapping):
        for candidate in (content, *(content.get(key) for key in WRAPPERS)):
            if isinstance(candidate, Mapping) and any(LANDMARK in str(name) for name in candidate):
                return {str(name): value for name, value in candidate.items()}
    keys = ", ".join(map(str, list(content)[:5])) if isinstance(content, Mapping) else "no names"
    raise RefusalError(
        BAD_DATA,
        f"{path} has no parameter {LANDMARK}* at the top nor under {', '.join(WRAPPERS)} (it has "
        f"{keys}): give a checkpoint of CosmicTagger in PyTorch",
    )


def common_prefix(path: Path, dictionary: Mapping[str, object]) -> str:
    """What stands before every name: `module.` of distributed training, `_orig_mod.`."""
    first = next(name for name in dictionary if LANDMARK in name)
    prefix = first[: first.index(LANDMARK)]
    for name in dictionary:
        if not name.startswith(prefix):
            raise RefusalError(
                BAD_DATA,
                f"{path} has a parameter {name} beside others that begin with {prefix}: "
                "give the state dictionary of one network",
            )
    return prefix


def array(path: Path, name: str, value: object) -> numpy.ndarray:
    """A tensor in single precision, all of it finite."""
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        kind = value.dtype if isinstance(value, torch.Tensor) else type(value).__name__
        raise RefusalError(
            BAD_DATA,
            f"{path} has {kind} as {name}: only tensors of floating-point numbers can be imported",
        )
    values = value.detach().to(torch.float32).numpy()
    if not numpy.isfinite(values).all():
        at = numpy.argwhere(~numpy.isfinite(values))[0].tolist()
        raise RefusalError(
            BAD_DATA,
            f"{path} has the value {values[tuple(at)]} in {name} at {at}: use an earlier one",
        )
    return values


def step_of(path: Path, content: object) -> int:
    """The steps taken; none where the file does not tell."""
    value = content.get("global_step", 0) if isinstance(content, Mapping) else 0
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    if not isinstance(value, Integral) or not 0 <= value < 1 << 63:
        raise RefusalError(
            BAD_DATA, f"{path} has global_step {value!r}: a whole number of steps is needed"
        )
    return int(value)
