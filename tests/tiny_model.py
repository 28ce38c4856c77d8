"""A language model small enough to be made and trained in a test."""

import numpy as np

from soundalike.encoder.tokens import _letters

WIDTH, LAYERS, HEADS, SHARED, INNER = 64, 3, 4, 2, 96
MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tiny_facts():
    """What the tiny model's file states: a vocabulary of single bytes and three marks."""
    names = MARKS + sorted(letter for letter in _letters())
    return {
        "general.architecture": "llama",
        "general.name": "tiny",
        "general.file_type": 0,
        "llama.block_count": LAYERS,
        "llama.context_length": 2048,
        "llama.embedding_length": WIDTH,
        "llama.feed_forward_length": INNER,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": SHARED,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.freq_base": 10000.0,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "llama.vocab_size": len(names),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": names,
        "tokenizer.ggml.token_type": [3] * len(MARKS) + [1] * 256,
        "tokenizer.ggml.merges": [],
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE,
    }


def tiny_tensors():
    """Random weights, always the same."""
    rng = np.random.default_rng(7)
    kv = SHARED * WIDTH // HEADS

    def matrix(rows, columns):
        return rng.normal(0, 0.15, size=(rows, columns)).astype(np.float32)

    tensors = {"token_embd.weight": matrix(len(MARKS) + 256, WIDTH)}
    shapes = {"attn_q": (WIDTH, WIDTH), "attn_k": (kv, WIDTH), "attn_v": (kv, WIDTH), "attn_output": (WIDTH, WIDTH),
              "ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH), "ffn_down": (WIDTH, INNER)}  # fmt: skip
    for number in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            tensors[f"blk.{number}.{name}.weight"] = (1 + 0.1 * rng.normal(size=WIDTH)).astype(np.float32)
        tensors |= {f"blk.{number}.{name}.weight": matrix(*shape) for name, shape in shapes.items()}
    return tensors | {"output_norm.weight": np.ones(WIDTH, np.float32)}
