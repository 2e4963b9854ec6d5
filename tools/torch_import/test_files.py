"""What import_torch_checkpoint.py writes.

    .venv/import/bin/python -m unittest discover --start-directory tools/torch_import \
        --top-level-directory tools

That imported networks compute what the original's do is proved by
tools/interoperability/check_import.py.
"""

import json
from dataclasses import replace

import numpy
import torch

from .cases import ImportCase, naming_of, state_of
from .checkpoint_file import digest
from .configuration import original


class FileTests(ImportCase):
    """What is written."""

    def test_attributes_are_those_of_a_checkpoint(self) -> None:
        self.assertEqual(self.run_tool({"state_dict": self.state, "global_step": 7})[0], 0)
        arrays, attributes = self.written()
        self.assertEqual(attributes["format"], b"submanifold-checkpoint")
        self.assertEqual((attributes["version"], attributes["step"]), (1, 7))
        self.assertEqual(attributes["digest"].decode(), digest(arrays))
        self.assertEqual(json.loads(attributes["configuration"]), self.network.settings)

    def test_the_digest_is_of_names_extents_and_values(self) -> None:
        arrays = {
            "b": numpy.array([1.5, -2], numpy.float32),
            "a": numpy.zeros((2, 1), numpy.float32),
        }
        # CRC-32 of "a", 2, 1, 0.0, 0.0, "b", 2, 1.5, -2.0, all little-endian.
        self.assertEqual(digest(arrays), "9bcb7d78")

    def test_wrappers_prefixes_and_types_make_the_same_file(self) -> None:
        self.assertEqual(self.run_tool(self.state)[0], 0)
        expected = self.written()[0]
        counters = {
            name.replace("running_mean", "num_batches_tracked"): torch.tensor(3)
            for name in self.state
            if name.endswith("running_mean")
        }
        for content in (
            {"state_dict": self.state | counters},
            {"model_state_dict": self.state, "epoch": 2},
            {"state_dict": {f"module.{name}": value for name, value in self.state.items()}},
            {f"_orig_mod.module.{name}": value for name, value in self.state.items()},
            {name: value.double() for name, value in self.state.items()},
        ):
            self.assertEqual(self.run_tool(content)[0], 0)
            for name, array in self.written()[0].items():
                numpy.testing.assert_array_equal(array, expected[name])

    def test_filters_have_offsets_channels_in_and_channels_out(self) -> None:
        self.run_tool(self.state)
        arrays = self.written()[0]
        planes, outer, inner = self.network.planes, 6, 5
        bottom = "net_core.main_module.main_module.main_module"
        for ours, theirs, value in [
            ("initial", "initial_convolution", lambda w, k, i, o: w[o, i, k // 5, k % 5]),
            (
                "level0.upsample",
                "net_core.upsample",
                lambda w, k, i, o: w[i, o, k // 2, k % 2],
            ),
            (
                "deepest.merge",
                f"{bottom}.bottleneck",
                lambda w, k, i, o: w[o, k * outer + i, 0, 0],
            ),
            (
                "deepest.split",
                f"{bottom}.unbottleneck",
                lambda w, k, i, o: w[k * outer + o, i, 0, 0],
            ),
        ]:
            weight = self.state[f"{theirs}.conv.weight"]
            found = arrays[f"{ours}.convolution.weight"]
            expected = [
                [
                    [value(weight, k, i, o) for o in range(found.shape[2])]
                    for i in range(found.shape[1])
                ]
                for k in range(found.shape[0])
            ]
            numpy.testing.assert_array_equal(found, numpy.array(expected), ours)
        self.assertEqual(arrays["deepest.merge.convolution.weight"].shape, (planes, outer, inner))

    def test_classes_of_files_of_2019_are_exchanged(self) -> None:
        self.run_tool(self.state)
        before = self.written()[0]
        self.run_tool(self.state, "--label-convention", "neutrino=1,cosmic=2")
        after, attributes = self.written()
        for name, array in before.items():
            expected = array[..., [0, 2, 1]] if name.startswith("classifier") else array
            numpy.testing.assert_array_equal(after[name], expected, name)
        self.assertEqual(attributes["digest"].decode(), digest(after))

    def test_a_sparse_network_leaves_its_bottom_and_gets_the_biases_it_lacks(self) -> None:
        kind = naming_of("uresnet", "sparse")
        network = replace(
            original("uresnet", "sparse"), n_initial_filters=2, network_depth=2, deepest="merged"
        )
        state = state_of(network, kind)
        code, printed = self.run_tool(state)
        self.assertEqual(code, 0, printed)
        arrays = self.written()[0]
        self.assertFalse(any(name.startswith("deepest") for name in arrays))
        self.assertFalse(arrays["level0.up.block0.second.convolution.bias"].any())
        self.assertEqual(self.run_tool(state, "--deepest", "merged")[0], 0)
        self.assertIn("deepest.merge.convolution.weight", self.written()[0])
        # SparseConvNet's older versions have no axis of groups.
        old = {n: v[:, 0] if v.ndim == 4 else v for n, v in state.items()}
        self.assertEqual(self.run_tool(old)[0], 0)
        numpy.testing.assert_array_equal(
            self.written()[0]["classifier.weight"], arrays["classifier.weight"]
        )
