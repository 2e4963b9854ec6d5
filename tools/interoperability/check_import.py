#!/usr/bin/env python3
"""Prove import_torch_checkpoint.py against the original: same parameters in, same logits out.

    python3 -m venv .venv/import
    .venv/import/bin/pip install -r tools/requirements-import.txt
    .venv/import/bin/python tools/interoperability/check_import.py --golden GOLDEN_DIR

GOLDEN_DIR holds dense_net.h5 and sparse_net.h5, networks of CosmicTagger with their parameters and
logits. Of each network this makes the checkpoint that the original's trainer would have saved, has
the tool import it, and compares what the printed options build with what is in the file. Then it
has ImportedCheckpointTests, of the build that tools/test makes, load each file and compare logits
and running statistics with the original's. It prints the largest difference of each network.

Exit code 0: all agree; 1: something does not; 2: wrong usage.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from torch_import.configuration import PRESETS, preset  # noqa: E402

FILES = ("dense_net", "sparse_net")
TESTS = ["swift", "test", "-c", "release", "--disable-xctest", "--scratch-path", ".build-test"]
PROGRAM = ROOT / ".build-test/release/cosmic-tagger"


def main() -> int:
    """Imports all networks, and has them tested."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--golden", type=Path, required=True, help="the folder of golden files")
    parser.add_argument("--folder", type=Path, help="keep checkpoints in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        try:
            return check(arguments.golden, (arguments.folder or Path(temporary)).resolve())
        except subprocess.CalledProcessError as error:
            # What was run has told why.
            print(f"{Path(error.cmd[-1]).name}: ended with {error.returncode}", file=sys.stderr)
            return 1


def check(golden: Path, folder: Path) -> int:
    """Imports, tests and compares."""
    commands = {}
    for file in FILES:
        commands |= import_all(golden / f"{file}.h5", folder / file)
    write_presets(folder / "presets.json")
    tested = run_tests(golden.resolve(), folder)
    missing = [path for path in commands if not any(name_of(path) in line for line in tested)]
    for path in missing:
        print(f"{path}: not tested")
    differing = [path for path, command in commands.items() if not builds(command, path)]
    print("\n".join(tested))
    if missing or differing:
        return 1
    print(f"{len(commands)} networks agree")
    return 0


def name_of(path: Path) -> str:
    """How the tests print a network's name."""
    return f"imported {path.parent.name}/{path.stem} "


def import_all(golden: Path, folder: Path) -> dict[Path, str]:
    """Imports every network of a file; the commands that load them."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = {}
    with h5py.File(golden) as file:
        for name, group in file.items():
            if not isinstance(group, h5py.Group) or "params" not in group:
                continue
            original, imported = folder / f"{name}.ckpt", folder / f"{name}.h5"
            torch.save(saved(group), original)
            commands[imported] = import_one(original, imported, json.loads(group.attrs["config"]))
    return commands


def saved(group: h5py.Group) -> dict:
    """What the trainer gives to torch.save after one step."""
    parameters = {name: torch.nn.Parameter(tensor(data)) for name, data in group["params"].items()}
    buffers = {name: tensor(data) for name, data in group.get("buffers_before", {}).items()}
    is_dense = Path(group.file.filename).stem == "dense_net"
    for name in [name for name in buffers if name.endswith(".running_mean") and is_dense]:
        counter = name.replace("running_mean", "num_batches_tracked")
        buffers[counter] = torch.tensor(3, dtype=torch.int64)
    values = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    for name, parameter in parameters.items():
        if name in group["grads"]:
            parameter.grad = tensor(group["grads"][name])
    optimizer = torch.optim.Adam(parameters.values(), 3e-4)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    optimizer.step()
    return {
        "global_step": 1,
        "state_dict": values | buffers,
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }


def tensor(data: h5py.Dataset) -> torch.Tensor:
    """A dataset as PyTorch has it."""
    return torch.from_numpy(data[...])


def import_one(original: Path, imported: Path, config: dict) -> str:
    """Runs the tool; the first command it prints."""
    tool = [sys.executable, str(ROOT / "tools/import_torch_checkpoint.py")]
    # The one switch of these networks that leaves no trace in their parameters.
    if config.get("connections", config.get("CONNECTIONS")) == "none":
        tool += ["--connections", "none"]
    result = subprocess.run(
        [*tool, str(original), str(imported)], check=True, text=True, stdout=subprocess.PIPE
    )
    print(result.stdout)
    return next(
        line.strip() for line in result.stdout.splitlines() if "cosmic-tagger train" in line
    )


def write_presets(path: Path) -> None:
    """The named networks as the tool knows them."""
    known = {
        f"{name} {form} {mode}": preset(name, form, mode).settings
        for name in PRESETS
        for form in ("sparse", "dense")
        for mode in ("2D", "3D")
    }
    path.write_text(json.dumps(known))


def run_tests(golden: Path, folder: Path) -> list[str]:
    """The lines in which the tests tell differences."""
    environment = os.environ | {
        # What tools/test builds with, so that nothing is built twice.
        "SUBMANIFOLD_INVARIANTS": "1",
        "GOLDEN_DIR": str(golden),
        "IMPORTED_CHECKPOINTS": str(folder),
    }
    result = subprocess.run(
        [*TESTS, "--filter", "ImportedCheckpointTests"],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    )
    if result.returncode != 0:
        print(result.stdout)
        result.check_returncode()
    return sorted(line for line in result.stdout.splitlines() if line.startswith("imported "))


def builds(command: str, path: Path) -> bool:
    """Whether the printed options build a network of the file's parameters."""
    words = command.split()
    options = words[words.index("train") + 1 : words.index("--weights")]
    listing = subprocess.run(
        [PROGRAM, "build_net", *options], check=True, text=True, stdout=subprocess.PIPE
    ).stdout
    with h5py.File(path) as file:
        expected = {
            f"{name} {'×'.join(map(str, data.shape))}" for name, data in file["parameters"].items()
        }
    found = {
        line.removesuffix(" (statistic)") for line in listing.splitlines() if "." in line.split()[0]
    }
    for line in sorted(found ^ expected):
        print(f"{path.stem}: {'built' if line in found else 'imported'} alone: {line}")
    return found == expected


if __name__ == "__main__":
    sys.exit(main())
