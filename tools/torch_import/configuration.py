"""Every switch of a network, as checkpoints hold it, and the networks known by name.

The counterpart of `UResNetConfiguration` and its presets; `tools/interoperability/check_import.py`
has the tests compare the two.
"""

from dataclasses import dataclass, fields, replace

import numpy

Switch = bool | int | float | str | None


@dataclass(frozen=True)
class Network:
    """The switches by the names of their options; the defaults are those of `uresnet`."""

    planes: int = 3
    input_channels: int = 1
    classes: int = 3
    n_initial_filters: int = 16
    network_depth: int = 6
    blocks_per_layer: int = 2
    blocks_deepest_layer: int = 5
    blocks_final: int = 5
    residual: bool = True
    connections: str = "concat"
    growth_rate: str = "additive"
    use_bias: bool = True
    batch_norm: bool = True
    initial_filter_size: int = 5
    initial_activation: bool = True
    downsampling: str = "max_pooling"
    upsampling: str = "interpolation"
    deepest: str = "merged"
    bottleneck_deepest: int | None = 256
    filter_size_deepest: int = 5
    merge_activation: bool = True
    split_scope: str = "all_planes"
    join_activation: bool = True
    connect_pre_res_blocks_down: bool = True
    connect_pre_res_blocks_up: bool = True
    leak: float = 1 / 3
    leak_after_sum: float | None = None
    leak_of_scaling: float | None = None
    normalization_scope: str = "all_planes"
    normalization_epsilon: float = 1e-4
    normalization_momentum: float = 0.02

    def channels(self, level: int) -> int:
        """Channels of a level; the bottom is the one below the last."""
        if self.growth_rate == "multiplicative":
            return self.n_initial_filters << level
        return self.n_initial_filters * (level + 1)

    @property
    def deepest_channels(self) -> int:
        """Channels of the blocks at the bottom."""
        last = self.channels(self.network_depth)
        match self.deepest:
            case "merged":
                return self.bottleneck_deepest or self.planes * last
            case "stacked":
                return self.planes * last
            case "convolved" | "per_plane":
                return self.bottleneck_deepest or last
        return last

    @property
    def settings(self) -> dict[str, str]:
        """All switches as a checkpoint's configuration tells them."""
        return {
            setting(field.name): text(field.name, getattr(self, field.name))
            for field in fields(self)
        }


def setting(field: str) -> str:
    """A switch's name in checkpoints, and that of its option."""
    return field.replace("_", "-")


def text(field: str, value: Switch) -> str:
    """A value as Swift spells it; slopes are of single precision there."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case float() if field.startswith("leak"):
            return str(numpy.float32(value))
    return str(value)


PRESETS: dict[str, dict[str, Switch]] = {
    "seed": {
        "n_initial_filters": 12,
        "network_depth": 5,
        "blocks_deepest_layer": 4,
        "blocks_final": 2,
        "connections": "sum",
        "growth_rate": "multiplicative",
        "initial_filter_size": 3,
        "initial_activation": False,
        "bottleneck_deepest": None,
        "filter_size_deepest": 3,
        "merge_activation": False,
        "join_activation": False,
        "leak": 0.0,
    },
    "a21": {"n_initial_filters": 8, "residual": False, "blocks_final": 0, "connections": "sum"},
    "uresnet": {},
    "polaris": {
        "network_depth": 7,
        "blocks_deepest_layer": 2,
        "blocks_final": 2,
        "bottleneck_deepest": 96,
        "residual": False,
        "connections": "sum",
    },
    "scc21": {"batch_norm": False},
    "uresnet3d": {},
}


def preset(name: str, form: str, mode: str | None = None) -> Network:
    """The network that `cosmic-tagger --preset NAME --form FORM --conv-mode MODE` builds."""
    network = replace(Network(), **PRESETS[name])
    mode = mode or ("3D" if name == "uresnet3d" else "2D")
    make = sparse_form if form == "sparse" else dense_form
    return make(network, mode, name == "seed")


def sparse_form(network: Network, mode: str, is_seed: bool) -> Network:
    """Images halved and doubled by convolutions."""
    volume = {"deepest": "convolved", "connect_pre_res_blocks_up": False} if mode == "3D" else {}
    return replace(
        network,
        downsampling="convolutional",
        upsampling="convolutional",
        connect_pre_res_blocks_down=is_seed,
        **volume,
    )


def dense_form(network: Network, mode: str, is_seed: bool) -> Network:
    """PyTorch's constants, and where the dense networks have skips and statistics."""
    network = replace(
        network,
        normalization_epsilon=1e-5,
        normalization_momentum=0.1,
        leak=0.0 if is_seed else 0.01,
        downsampling="convolutional" if is_seed else "max_pooling",
    )
    if mode == "3D":
        return replace(
            network,
            upsampling="convolutional" if is_seed else "interpolation",
            deepest="convolved",
            connect_pre_res_blocks_down=False,
            connect_pre_res_blocks_up=False,
            leak_of_scaling=0.0,
        )
    return replace(
        network,
        upsampling="convolutional" if is_seed else "bilinear",
        deepest="stacked" if is_seed else network.deepest,
        normalization_scope="each_plane",
        split_scope="each_plane",
    )


def original(name: str, form: str, mode: str | None = None) -> Network:
    """CosmicTagger's own network of that name: ours in dense form, others on SparseConvNet."""
    if form == "dense":
        return preset(name, form, mode)
    network = replace(preset(name, form, "2D"), normalization_momentum=0.01)
    if name == "seed":
        return replace(network, use_bias=False)
    return replace(
        network,
        initial_activation=False,
        merge_activation=False,
        join_activation=False,
        deepest="none",
        # SparseConvNet's layer that normalises has another slope than the one that does not.
        leak=0.333 if network.batch_norm else 1 / 3,
        leak_after_sum=1 / 3,
    )
