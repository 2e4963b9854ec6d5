"""What import_torch_checkpoint.py refuses."""

import numpy
import torch

from .cases import ImportCase


class RefusalTests(ImportCase):
    """What is refused, in one sentence that names it."""

    def expect(self, code: int, words: list[str], outcome: tuple[int, str]) -> None:
        """Code, words, one line, and no file."""
        self.assertEqual(outcome[0], code, outcome[1])
        for word in words:
            self.assertIn(word, outcome[1])
        self.assertEqual(outcome[1].count("\n"), 1, outcome[1])
        self.assertEqual(list(self.folder.glob("*.h5*")) + list(self.folder.glob(".*")), [])

    def test_missing_parameters(self) -> None:
        name = "net_core.main_module.up_blocks.blocks.0.convolution_2.conv.bias"
        del self.state[name]
        self.expect(65, [name, "[4]"], self.run_tool(self.state))

    def test_parameters_left_over(self) -> None:
        self.state["vertex_layers.blocks.0.conv.weight"] = torch.zeros(3, 2, 1, 1)
        self.expect(65, ["vertex_layers.blocks.0", "[3, 2, 1, 1]"], self.run_tool(self.state))

    def test_parameters_of_another_shape(self) -> None:
        name = "final_layer.blocks.0.convolution_1.conv.weight"
        self.state[name] = torch.zeros(2, 2, 5, 5)
        self.expect(65, [name, "[2, 2, 5, 5]", "[2, 2, 3, 3]"], self.run_tool(self.state))

    def test_a_network_that_is_not_the_preset(self) -> None:
        self.expect(
            65,
            ["a21", "down_blocks.blocks.0.conv.weight"],
            self.run_tool(self.state, "--preset", "a21"),
        )
        self.expect(65, ["dense", "sparse"], self.run_tool(self.state, "--form", "sparse"))
        self.expect(65, ["2D", "3D"], self.run_tool(self.state, "--conv-mode", "3D"))

    def test_other_classes(self) -> None:
        for name in ("bottleneck.weight", "bottleneck.bias"):
            self.state[name] = self.state[name][:2]
        self.expect(65, ["2 classes"], self.run_tool(self.state))

    def test_normalisation_of_another_kind(self) -> None:
        for name in [name for name in self.state if ".norm.running" in name and "final" in name]:
            del self.state[name]
        self.expect(65, ["batch normalisation"], self.run_tool(self.state))

    def test_values_that_are_not_finite(self) -> None:
        self.state["bottleneck.weight"][1, 0] = float("nan")
        self.expect(65, ["nan", "bottleneck.weight", "[1, 0, 0, 0]"], self.run_tool(self.state))

    def test_other_networks_and_other_files(self) -> None:
        self.expect(65, ["initial_convolution"], self.run_tool({"fc.weight": torch.zeros(2, 2)}))
        self.expect(65, ["initial_convolution"], self.run_tool([1, 2]))
        for content in (b"", b"no file of PyTorch", b"\x80\x02}q\x00"):
            (self.folder / "text.ckpt").write_bytes(content)
            self.expect(65, ["text.ckpt", "torch.save"], self.run_on("text.ckpt"))

    def test_files_that_run_code_unless_they_are_trusted(self) -> None:
        content = {"state_dict": self.state, "global_step": numpy.int64(3)}
        self.expect(65, ["numpy", "--trust"], self.run_tool(content))
        self.assertEqual(self.run_tool(content, "--trust")[0], 0)
        self.assertEqual(self.written()[1]["step"], 3)

    def test_paths(self) -> None:
        self.expect(74, ["absent.ckpt"], self.run_on("absent.ckpt"))
        torch.save(self.state, self.folder / "model.ckpt")
        self.expect(74, ["nowhere"], self.run_on("model.ckpt", output="nowhere/model.h5"))
        self.expect(64, ["another name"], self.run_on("model.ckpt", output="model.ckpt"))

    def test_usage(self) -> None:
        for options in (
            ["--preset", "other"],
            ["--leak", "-1"],
            ["--leak", "nan"],
            ["--normalization-momentum", "2"],
            ["--normalization-epsilon", "0"],
            ["--connect-pre-res-blocks-up", "maybe"],
            ["--deepest", "none"],
        ):
            self.expect(64, [options[0]], self.run_tool(self.state, *options))
