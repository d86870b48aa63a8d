"""Builds the ONNX graphs node by node, so that the cache is never copied: scores over past and new keys are computed apart and
joined on the score axis; weighted sums are computed apart and added."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model import RMSNorm, rope_table

OPSET = 18


class Graph:
    """Nodes, initialisers, inputs and outputs of a graph under construction; every method returns the name of its result."""

    def __init__(self):
        self.nodes, self.initialisers, self.inputs, self.outputs = [], [], [], []
        self.count = 0
        self.constants = {}

    def op(self, kind: str, *inputs: str, outputs: int = 1, name: str | None = None, **attributes):
        self.count += 1
        names = [name or f"{kind}_{self.count}"] if outputs == 1 else [f"{kind}_{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"n{self.count}_{kind}", **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, name: str, value) -> str:
        array = np.array(value.detach().numpy() if hasattr(value, "detach") else value, order="C")
        self.initialisers.append(numpy_helper.from_array(array, name))
        return name

    def constant(self, value, dtype=np.int64) -> str:
        array = np.array(value, dtype=dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = self.weight(f"c{len(self.constants)}", array)
        return self.constants[key]

    def input(self, name: str, dtype: int, shape: list) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, name: str, shape: list) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def save(self, path, title: str) -> None:
        graph = helper.make_graph(self.nodes, title, self.inputs, self.outputs, self.initialisers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="reckon")
        model.ir_version = 9
        onnx.checker.check_model(model)
        onnx.save(model, str(path))


def rms_norm(g: Graph, x: str, weight: str) -> str:
    mean = g.op("ReduceMean", g.op("Pow", x, g.constant(2.0, np.float32)), g.constant([-1]), keepdims=1)
    root = g.op("Sqrt", g.op("Add", mean, g.constant(RMSNorm.EPSILON, np.float32)))
    return g.op("Mul", g.op("Div", x, root), weight)


def rotate(g: Graph, x: str, cos: str, sin: str) -> str:
    first, second = g.op("Split", x, outputs=2, axis=-1, num_outputs=2)
    turned = g.op("Concat", g.op("Neg", second), first, axis=-1)
    return g.op("Add", g.op("Mul", x, cos), g.op("Mul", turned, sin))


def trunk(g: Graph, decoder) -> dict:
    """Inputs, all blocks and the final norm. Returns names: `hidden` [B, S, W], `embed`, `ids`, `steps` (0..S-1)."""
    shape = decoder.shape
    H, D, W = shape.heads, shape.head_dim, shape.width
    ids = g.input("input_ids", TensorProto.INT64, ["B", "S"])
    past_lengths = g.input("past_lengths", TensorProto.INT64, ["B"])
    past = []
    for i in range(shape.layers):
        past.append([g.input(f"past_{n}_{i}", TensorProto.FLOAT, ["B", H, "T", D]) for n in "kv"])
    zero, one = g.constant(0), g.constant(1)
    length = g.op("Gather", g.op("Shape", ids), one, axis=0)
    capacity = g.op("Gather", g.op("Shape", past[0][0]), g.constant(2), axis=0)
    steps = g.op("Range", zero, length, one)
    column = g.op("Unsqueeze", past_lengths, g.constant([1]))
    position = g.op("Min", g.op("Add", column, steps), g.constant(shape.context - 1))
    cos_table, sin_table = rope_table(shape)
    cos = g.op("Unsqueeze", g.op("Gather", g.weight("rope_cos", cos_table), position, axis=0), g.constant([1]))
    sin = g.op("Unsqueeze", g.op("Gather", g.weight("rope_sin", sin_table), position, axis=0), g.constant([1]))
    # Additive masks, 0 where visible: [B, 1, 1, T] for the past, [S, S] for the chunk.
    floor, nothing = g.constant(-1e9, np.float32), g.constant(0.0, np.float32)
    seen = g.op("Less", g.op("Range", zero, capacity, one), column)
    past_mask = g.op("Unsqueeze", g.op("Where", seen, nothing, floor), g.constant([1, 2]))
    causal = g.op("LessOrEqual", steps, g.op("Unsqueeze", steps, g.constant([1])))
    new_mask = g.op("Where", causal, nothing, floor)
    sizes = g.op("Concat", g.op("Unsqueeze", capacity, g.constant([0])), g.op("Unsqueeze", length, g.constant([0])), axis=0)
    embed = g.weight("embed", decoder.embed.weight)
    x = g.op("Gather", embed, ids, axis=0)
    for i, block in enumerate(decoder.blocks):
        weight = lambda name, tensor: g.weight(f"block{i}.{name}", tensor)  # noqa: E731
        scaled = block.qkv.weight.detach().clone()
        scaled[:W] *= D**-0.5
        normed = rms_norm(g, x, weight("attention_norm", block.attention_norm.weight))
        qkv = g.op("MatMul", normed, weight("qkv", scaled.T))
        qkv = g.op("Reshape", qkv, g.constant([0, 0, 3 * H, D]))
        qkv = g.op("Transpose", qkv, perm=[0, 2, 1, 3])
        qk = g.op("Slice", qkv, g.constant([0]), g.constant([2 * H]), g.constant([1]))
        v = g.op("Slice", qkv, g.constant([2 * H]), g.constant([3 * H]), g.constant([1]), name=f"new_v_{i}")
        turned = rotate(g, qk, cos, sin)
        q = g.op("Slice", turned, g.constant([0]), g.constant([H]), g.constant([1]))
        k = g.op("Slice", turned, g.constant([H]), g.constant([2 * H]), g.constant([1]), name=f"new_k_{i}")
        old = g.op("Add", g.op("MatMul", q, g.op("Transpose", past[i][0], perm=[0, 1, 3, 2])), past_mask)
        new = g.op("Add", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), new_mask)
        share = g.op("Softmax", g.op("Concat", old, new, axis=-1), axis=-1)
        share_old, share_new = g.op("Split", share, sizes, outputs=2, axis=-1)
        mixed = g.op("Add", g.op("MatMul", share_old, past[i][1]), g.op("MatMul", share_new, v))
        joined = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.constant([0, 0, W]))
        x = g.op("Add", x, g.op("MatMul", joined, weight("out", block.out.weight.T)))
        normed = rms_norm(g, x, weight("mlp_norm", block.mlp_norm.weight))
        gate_up = g.op("MatMul", normed, weight("gate_up", block.gate_up.weight.T))
        gate, up = g.op("Split", gate_up, outputs=2, axis=-1, num_outputs=2)
        active = g.op("Mul", g.op("Mul", gate, g.op("Sigmoid", gate)), up)
        x = g.op("Add", x, g.op("MatMul", active, weight("down", block.down.weight.T)))
    hidden = rms_norm(g, x, g.weight("norm", decoder.norm.weight))
    return {"hidden": hidden, "embed": embed, "ids": ids, "steps": steps}


def cache_outputs(g: Graph, shape) -> None:
    for i in range(shape.layers):
        for n in "kv":
            g.output(f"new_{n}_{i}", ["B", shape.heads, "S", shape.head_dim])


def save_decoder(decoder, path) -> None:
    g = Graph()
    names = trunk(g, decoder)
    g.op("MatMul", names["hidden"], g.op("Transpose", names["embed"], perm=[1, 0]), name="logits")
    g.output("logits", ["B", "S", decoder.shape.vocab])
    cache_outputs(g, decoder.shape)
    g.save(path, "reckon-decoder")


def save_reward_model(model, path) -> None:
    decoder = model.decoder
    g = Graph()
    names = trunk(g, decoder)
    chunk_lengths = g.input("chunk_lengths", TensorProto.INT64, ["B"])
    logits = g.op("MatMul", names["hidden"], g.op("Transpose", names["embed"], perm=[1, 0]))
    logp = g.op("LogSoftmax", logits, axis=-1)
    entropy = g.op("Neg", g.op("ReduceSum", g.op("Mul", g.op("Exp", logp), logp), g.constant([-1]), keepdims=0))
    far = g.constant([2**31 - 1])
    following = g.op(
        "Concat",
        g.op("Slice", names["ids"], g.constant([1]), far, g.constant([1])),
        g.op("Slice", names["ids"], g.constant([0]), g.constant([1]), g.constant([1])),
        axis=1,
    )
    taken = g.op("GatherElements", logp, g.op("Unsqueeze", following, g.constant([2])), axis=2)
    taken = g.op("Squeeze", taken, g.constant([2]))
    last = g.op("Sub", g.op("Unsqueeze", chunk_lengths, g.constant([1])), g.constant(1))
    inside = g.op("Less", names["steps"], last)
    nothing = g.constant(0.0, np.float32)
    axis = g.constant([-1])
    kept = g.op("Where", inside, taken, nothing)
    count = g.op("Max", g.op("Cast", last, to=TensorProto.FLOAT), g.constant(1.0, np.float32))
    total = g.op("ReduceSum", kept, axis, keepdims=1)
    lowest = g.op("ReduceMin", kept, axis, keepdims=1)
    mean = g.op("Div", total, count)
    mean_entropy = g.op("Div", g.op("ReduceSum", g.op("Where", inside, entropy, nothing), axis, keepdims=1), count)
    state = g.op("GatherND", names["hidden"], last, batch_dims=1)
    features = g.op("Concat", state, lowest, total, mean, mean_entropy, axis=-1)
    layer = g.op("MatMul", features, g.weight("head.hidden.weight", model.hidden.weight.T))
    layer = g.op("Add", layer, g.weight("head.hidden.bias", model.hidden.bias))
    layer = g.op("Mul", layer, g.op("Sigmoid", layer))
    logit = g.op("MatMul", layer, g.weight("head.score.weight", model.score.weight.T))
    logit = g.op("Add", logit, g.weight("head.score.bias", model.score.bias))
    g.op("Sigmoid", g.op("Squeeze", logit, g.constant([1])), name="scores")
    g.output("scores", ["B"])
    cache_outputs(g, decoder.shape)
    g.save(path, "reckon-prm")
