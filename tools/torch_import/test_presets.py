"""Whether the shapes of a network tell its switches."""

import unittest
from dataclasses import replace

import numpy

from .cases import naming_of
from .configuration import PRESETS, original
from .inference import infer
from .naming import naming
from .parameters import parameters

# Numbers of parameters that the original prints.
PUBLISHED = {
    "seed": 99_918_051,
    "a21": 8_510_547,
    "uresnet": 18_382_131,
    "polaris": 1_926_403,
    "scc21": 18_367_891,
    "uresnet3d": 18_381_459,
}


class PresetTests(unittest.TestCase):
    """Switches and shapes of the named networks."""

    def test_dense_presets_have_the_published_numbers_of_parameters(self) -> None:
        for name, expected in PUBLISHED.items():
            found = parameters(original(name, "dense"), naming_of(name, "dense"))
            sizes = [int(numpy.prod(entry.shape)) for entry in found if entry.is_trained]
            self.assertEqual(sum(sizes), expected, name)

    def test_the_sparse_seed_has_the_published_number_of_parameters(self) -> None:
        found = parameters(original("seed", "sparse"), naming_of("seed", "sparse"))
        sizes = [int(numpy.prod(entry.shape)) for entry in found if entry.is_trained]
        self.assertEqual(sum(sizes), 102_558_888)

    def test_names_and_shapes_tell_every_preset(self) -> None:
        for name in PRESETS:
            for form in ("dense", "sparse"):
                with self.subTest(name=name, form=form):
                    network, kind = original(name, form), naming_of(name, form)
                    # Sparse networks of today have a bottom that nothing is computed with.
                    stored = replace(network, deepest="merged") if form == "sparse" else network
                    shapes = {
                        entry.original: entry.original_shape
                        for entry in parameters(stored, kind)
                        if entry.original is not None
                    }
                    found = naming(shapes)
                    self.assertEqual(replace(found, style=kind.style), kind)
                    if network.batch_norm:
                        self.assertEqual(found.style, kind.style)
                    self.assertEqual(infer("a file", found, shapes), network)
