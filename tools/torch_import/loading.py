"""The command that loads a network: a preset, and the switches that differ from it."""

import shlex
from dataclasses import fields

from .configuration import PRESETS, Network, preset, setting, text
from .naming import Naming

# No option sets these.
UNSETTABLE = {"planes", "input_channels", "classes"}


def options(network: Network, naming: Naming) -> str:
    """The shortest options that build this network."""
    candidates = []
    for name in PRESETS:
        network_of_name = preset(name, naming.form, naming.mode)
        # The default width of a bottom has no option.
        if network.bottleneck_deepest is None and network_of_name.bottleneck_deepest is not None:
            continue
        words = ["--preset", name]
        if naming.mode == "3D" and name != "uresnet3d":
            words += ["--conv-mode", "3D"]
        candidates.append(words + differences(network, network_of_name))
    return " ".join(min(candidates, key=len))


def differences(network: Network, base: Network) -> list[str]:
    """The options for what differs, where it matters."""
    words = []
    for field in fields(network):
        value, other = getattr(network, field.name), getattr(base, field.name)
        if field.name in UNSETTABLE | without_effect(network):
            continue
        if field.name == "bottleneck_deepest":
            value, other = network.deepest_channels, base.deepest_channels
        if value != other:
            shown = str(value) if isinstance(value, bool) else text(field.name, value)
            words += [f"--{setting(field.name)}", shown]
    return words


def without_effect(network: Network) -> set[str]:
    """Switches of what the network does not have; some of them are refused beside the others."""
    idle = set()
    if network.deepest == "none":
        idle |= {"blocks_deepest_layer", "bottleneck_deepest", "filter_size_deepest"}
    if network.deepest in ("none", "stacked"):
        idle |= {"merge_activation"}
    if network.deepest != "merged":
        idle |= {"split_scope"}
    if network.bottleneck_deepest is None:
        idle |= {"bottleneck_deepest"}
    if network.connections == "none":
        idle |= {"connect_pre_res_blocks_down", "connect_pre_res_blocks_up"}
    if network.connections != "concat":
        idle |= {"join_activation"}
    if not network.batch_norm:
        idle |= {"normalization_scope", "normalization_epsilon", "normalization_momentum"}
    if not network.residual:
        idle |= {"leak_after_sum"}
    if "convolutional" not in (network.downsampling, network.upsampling):
        idle |= {"leak_of_scaling"}
    return idle


def commands(network: Network, naming: Naming, path: str) -> list[str]:
    """The commands that load it: `compare` has networks alone that can compute on sites."""
    words, path = options(network, naming), shlex.quote(path)
    mode = "--sparse" if naming.kind == "sparse" else "--dense"
    found = [f"cosmic-tagger train {mode} {words} --weights {path}"]
    if network.upsampling != "bilinear" and network.deepest != "stacked":
        found.append(f"cosmic-tagger compare --form {naming.form} {words} --checkpoint {path}")
    return found
