#!/usr/bin/env python3
"""Turn a PyTorch checkpoint of CosmicTagger into one that cosmic-tagger loads.

    python3 -m venv .venv/import
    .venv/import/bin/pip install -r tools/requirements-import.txt
    .venv/import/bin/python tools/import_torch_checkpoint.py model-25000.ckpt model-25000.h5

The CHECKPOINT is what the original's torch trainer saved: parameters and running statistics under
`state_dict`. Those under `model_state_dict`, or at the top, and names that begin with `module.` of
distributed training are read too. Step and parameters are kept; the state of the optimizer is not.

Most of the network shows in names and shapes: dense 2D or 3D, or sparse; filters, depth, blocks,
growth, biases, norms, how images are halved and doubled, how planes merge. Some does not show, and
the switches below say what is taken; the tool prints what it took. A first filter of 7x7 is that of
October 2019, whose skips were after the blocks both ways. Normalisation without parameters
(`instance`, of version 2.1) leaves no trace either: such a network would be taken for one without.

With --preset the network is the original's of that name, and every parameter must fit it.

The new checkpoint tells its configuration, and the tool prints the command that loads it. Networks
that were trained on full images are right on full images: give --dense, as the command does.

Exit code 64: wrong usage; 65: the file is not what it should be; 74: it cannot be read or written.

Examples:
    import_torch_checkpoint.py model-25000.ckpt model-25000.h5
    import_torch_checkpoint.py --preset a21 model-500.ckpt a21.h5       # it must be A21
    import_torch_checkpoint.py --connections none model-500.ckpt m.h5   # was trained without skips
    import_torch_checkpoint.py --label-convention neutrino=1,cosmic=2 model-10000.ckpt 2019.h5
    import_torch_checkpoint.py --trust old.ckpt old.h5                  # runs code of the file
"""

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import NoReturn

from torch_import.checkpoint_file import write
from torch_import.configuration import PRESETS, Network, Switch, original, setting
from torch_import.inference import UNTOLD, infer
from torch_import.loading import commands, without_effect
from torch_import.matching import Import, exchanging_classes, match
from torch_import.naming import Naming, naming
from torch_import.parameters import parameters
from torch_import.refusal import BAD_DATA, USAGE, RefusalError
from torch_import.state import State, read


class Parser(argparse.ArgumentParser):
    """A command line whose mistakes end with the code of wrong usage."""

    def error(self, message: str) -> NoReturn:
        """Refuses."""
        self.exit(USAGE, f"{self.prog}: {message}: see --help\n")


def truth(text: str) -> bool:
    """A truth value as the original's scripts spell it."""
    match text.lower():
        case "yes" | "true" | "t" | "y" | "1":
            return True
        case "no" | "false" | "f" | "n" | "0":
            return False
    raise argparse.ArgumentTypeError(f"{text} is neither True nor False")


def number(text: str) -> float:
    """A finite number that is not negative."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not zero or more")
    return value


def positive(text: str) -> float:
    """A finite number above zero."""
    value = number(text)
    if value == 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def share(text: str) -> float:
    """A number from zero to one."""
    value = number(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"{text} is not zero to one")
    return value


# The values of what is not a slope.
FLAGS = {"connect_pre_res_blocks_down", "connect_pre_res_blocks_up"}
NUMBERS = {"normalization_epsilon": positive, "normalization_momentum": share}
CONVENTIONS = ("cosmic=1,neutrino=2", "neutrino=1,cosmic=2")
CHOICES = {"connections": ("sum", "none"), "deepest": ("none", "merged")}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="a file of torch.save")
    parser.add_argument("output", type=Path, help="the file to write, NAME.h5")
    parser.add_argument("--trust", action="store_true", help="read a file that may run code")
    parser.add_argument("--preset", choices=PRESETS, help="the network it must be")
    parser.add_argument("--form", choices=("dense", "sparse"), help="the form it must have")
    parser.add_argument("--conv-mode", choices=("2D", "3D"), help="the way of planes it must have")
    group = parser.add_argument_group("what a state dictionary does not tell")
    for field, meaning in UNTOLD.items():
        option = f"--{setting(field)}"
        if field in CHOICES:
            group.add_argument(option, choices=CHOICES[field], help=meaning)
        elif field in FLAGS:
            group.add_argument(option, type=truth, metavar="True|False", help=meaning)
        else:
            kind = NUMBERS.get(field, number)
            group.add_argument(option, type=kind, metavar="NUMBER", help=meaning)
    group.add_argument(
        "--label-convention",
        choices=CONVENTIONS,
        default=CONVENTIONS[0],
        help="the labels of the files it was trained on, which classes are in the order of; ours "
        "are in the first, so that of the second, of files of 2019, are exchanged",
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Imports what the arguments name."""
    options = parse(arguments)
    try:
        if options.output.resolve() == options.checkpoint.resolve():
            raise RefusalError(
                USAGE, f"{options.output} would be overwritten: give the output another name"
            )
        run(options)
    except RefusalError as refusal:
        print(f"import_torch_checkpoint: {refusal}", file=sys.stderr)
        return refusal.code
    return 0


def run(options: argparse.Namespace) -> None:
    """Reads, matches, writes and tells."""
    state = read(options.checkpoint, options.trust)
    kind = kind_of(state, options)
    state = state.with_groups() if kind.kind == "sparse" else state
    given = {field: getattr(options, field) for field in UNTOLD}
    network = network_of(state, kind, options.preset, given)
    whose = "a network of its other parameters"
    if options.preset:
        whose = f"the {kind.form} network of --preset {options.preset}"
    imported = match(state, kind, parameters(network, kind), network.network_depth, whose)
    if options.label_convention != CONVENTIONS[0]:
        imported = exchanging_classes(imported)
    code = write(options.output, imported.arrays, state.step, network.settings)
    tell(state, kind, network, imported, options.label_convention)
    print(
        f"Wrote {options.output}: step {state.step}, {imported.trained:,} parameters and "
        f"{imported.statistics:,} running statistics, digest {code}."
    )
    print("Load it with")
    for command in commands(network, kind, str(options.output)):
        print(f"  {command}")


def kind_of(state: State, options: argparse.Namespace) -> Naming:
    """The kind of network, which must be the one that is asked for."""
    kind = naming(state.shapes)
    if kind is None:
        raise RefusalError(
            BAD_DATA,
            f"{state.file} has no last convolution bottleneck.weight: give a UResNet of "
            "CosmicTagger",
        )
    if options.form not in (None, kind.form):
        raise RefusalError(
            BAD_DATA,
            f"{state.file} is of a {kind.form} network, by the shape of its weights, not of a "
            f"{options.form} one: leave --form out",
        )
    if kind.form == "sparse" and options.conv_mode is not None:
        raise RefusalError(USAGE, "--conv-mode is a way of dense networks: leave it out")
    mode = "3D" if options.preset == "uresnet3d" else options.conv_mode
    if kind.form == "dense" and mode not in (None, kind.mode):
        raise RefusalError(
            BAD_DATA,
            f"{state.file} is of a {kind.mode} network, by the shape of its weights, not of a "
            f"{mode} one: leave --conv-mode out, or give another --preset",
        )
    return kind


def network_of(state: State, kind: Naming, preset: str | None, given: dict[str, Switch]) -> Network:
    """The switches: the preset's or those that show, and what is given."""
    base = (
        original(preset, kind.form, kind.mode) if preset else infer(state.file, kind, state.shapes)
    )
    given = {field: value for field, value in given.items() if value is not None}
    if "deepest" in given and kind.form == "dense":
        raise RefusalError(USAGE, "--deepest shows in a dense network's parameters: leave it out")
    return replace(base, **given)


def tell(state: State, kind: Naming, network: Network, imported: Import, convention: str) -> None:
    """Prints what was found, taken and left."""
    year = " of June 2019" if kind.is_seed else ""
    size = "" if kind.kind == "sparse" else f" {kind.kind}"
    print(f"{state.file}: a {kind.form}{size} network{year}, {len(state.arrays)} tensors")
    if state.prefix:
        print(f"  names begin with {state.prefix}, which is left out")
    untold = set(UNTOLD) - ({"deepest"} if kind.form == "dense" else set())
    untold -= {"connections"} if network.connections == "concat" else set()
    seen = [field.name for field in fields(network) if field.name not in without_effect(network)]
    print("Told by its parameters:")
    print(listed(network, [name for name in seen if name not in untold]))
    print("Taken, for they do not tell:")
    taken = listed(network, [name for name in seen if name in untold])
    print(f"{taken}, label-convention {convention}")
    if imported.zeros:
        print(
            f"Zero, for the original has none: {len(imported.zeros)} biases of second convolutions"
        )
    if imported.passed_by:
        print(
            f"Left out, for the original computes nothing with them: {len(imported.passed_by)} "
            "parameters of the bottom"
        )


def listed(network: Network, names: list[str]) -> str:
    """Switches and their values, on an indented line."""
    settings = network.settings
    return "  " + ", ".join(f"{setting(name)} {settings[setting(name)]}" for name in names)


if __name__ == "__main__":
    sys.exit(main())
