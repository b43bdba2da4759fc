"""Writes a trained network as the folder that `flows.lens.network` reads: ONNX with weights of eight bits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch.export import Dim

from flows.lens.corpus import Labelled
from flows.lens.network import Card, Network
from flows.lens.reader import BARE
from flows.lens.training.tuning import BASE, Tagger

OPSET = 18
BLOCK = 128  # weights that share a scale
EIGHT_BIT_PRODUCTS = 4  # ONNX Runtime's accuracy level for products of eight-bit numbers
CENTRE_EVERY = 20  # lines of the corpus: their mean settles long before all are counted


def export(tagger: Tagger, answers: Sequence[Labelled], folder: Path) -> None:
    """Write the weights, the tokenizer and the card to `folder`; `answers` are those that the network learned from.

    The temperature is 1 and the threshold 0 until `settle` says otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made:
        full, ready = Path(made, "full.onnx"), Path(made, "ready.onnx")
        batch, tokens = Dim("batch"), Dim("tokens", max=512)
        ids, mask = torch.ones((2, 2, 8), dtype=torch.int64).unbind()  # two tensors: one given twice is taken for one
        torch.onnx.export(
            tagger,
            (ids, mask),
            full,
            input_names=["ids", "mask"],
            output_names=["scores", "vectors"],
            dynamic_shapes=({0: batch, 1: tokens}, {0: batch, 1: tokens}),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
        )
        quant_pre_process(full, ready, skip_symbolic_shape=True)
        _write_small(ready, folder / "lens.onnx")
    shutil.copyfile(BASE / "tokenizer.json", folder / "tokenizer.json")
    known = {word for answer in answers for word in BARE.findall(answer.text.lower())}
    write_card(folder, Card(1.0, 0.0, frozenset(known), np.zeros(1, np.float32)))
    network = Network(folder)
    lines = [line.text for answer in answers for line in answer.lines][::CENTRE_EVERY]
    centre = np.mean([network.look(line, [0]).vectors[0] for line in lines], axis=0)
    write_card(folder, replace(network.card, centre=centre))


def _write_small(file: Path, small: Path) -> None:
    """Write a network with weights of eight bits: a quarter of its size.

    The matrices are scaled block by block, and what flows through them as it comes: of the words of 361 real notes it
    reads .843 rightly, and with all its bits .844. With one scale a row, ONNX's usual way, it took half the time and
    read .832.
    """
    with TemporaryDirectory() as made:
        words = Path(made, "words.onnx")
        quantize_dynamic(file, words, op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8)
        matrices = MatMulNBitsQuantizer(
            str(words), bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=EIGHT_BIT_PRODUCTS
        )
        matrices.process()
    _forget_where(matrices.model.model)
    onnx.save(matrices.model.model, small)


def _forget_where(model: onnx.ModelProto) -> None:
    """Take out of a network which lines of code, in which folders, it was traced from."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")


def settle(folder: Path, temperature: float, threshold: float) -> None:
    """Write the two figures that were chosen on authors never seen."""
    write_card(folder, replace(Network(folder).card, temperature=temperature, threshold=threshold))


def write_card(folder: Path, card: Card) -> None:
    """Write what goes with the weights."""
    written = {
        "temperature": card.temperature,
        "threshold": card.threshold,
        "centre": [round(float(value), 4) for value in card.centre],
        "known": " ".join(sorted(card.known)),
    }
    (folder / "card.json").write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
