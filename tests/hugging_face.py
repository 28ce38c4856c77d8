"""Small models of `transformers`: the weights of a GGUF file, and folders of several kinds."""

from soundalike.finetune.names import MATRICES, halves_together, heads_of
from tiny_model import tiny_facts


def in_transformers(model):
    """A LlamaForCausalLM with the weights of an open GGUF file."""
    import torch  # noqa: PLC0415 - where it is installed
    import transformers  # noqa: PLC0415

    facts = model.facts
    config = transformers.LlamaConfig(
        vocab_size=len(facts["tokenizer.ggml.tokens"]),
        hidden_size=facts["llama.embedding_length"],
        intermediate_size=facts["llama.feed_forward_length"],
        num_hidden_layers=facts["llama.block_count"],
        num_attention_heads=facts["llama.attention.head_count"],
        num_key_value_heads=facts["llama.attention.head_count_kv"],
        rms_norm_eps=facts["llama.attention.layer_norm_rms_epsilon"],
        rope_theta=facts["llama.rope.freq_base"],
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    made = transformers.LlamaForCausalLM(config).eval()
    weights = {
        "model.embed_tokens.weight": model.weights("token_embd.weight"),
        "model.norm.weight": model.weights("output_norm.weight")[0],
    }
    for number in range(facts["llama.block_count"]):
        for ours, theirs in (("attn_norm", "input_layernorm"), ("ffn_norm", "post_attention_layernorm")):
            weights[f"model.layers.{number}.{theirs}.weight"] = model.weights(f"blk.{number}.{ours}.weight")[
                0
            ]
        for theirs, ours in MATRICES.items():
            stored = f"blk.{number}.{ours}.weight"
            matrix, heads = model.weights(stored), heads_of(stored, model)
            rows = halves_together(heads, len(matrix)) if heads else slice(None)
            weights[f"model.layers.{number}.{theirs}.weight"] = matrix[rows]
    made.load_state_dict(
        {name: torch.from_numpy(each.copy()) for name, each in weights.items()}, strict=False
    )
    return made


SMALL = {
    "vocab_size": 259, "hidden_size": 48, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 1024, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
KINDS = {
    "qwen2": ("Qwen2", SMALL | {"tie_word_embeddings": True}),
    "mistral": ("Mistral", SMALL | {"sliding_window": None}),
    "gemma": ("Gemma", SMALL | {"head_dim": 12}),
    "gpt2": ("GPT2", {"vocab_size": 259, "n_embd": 48, "n_layer": 2, "n_head": 4, "n_positions": 1024}),
}


def save_model(kind, path, *, chat=True):
    """A folder with a random model of a kind, the same each time, and the tiny model's vocabulary."""
    import torch  # noqa: PLC0415 - where it is installed
    import transformers  # noqa: PLC0415

    name, shape = KINDS[kind]
    torch.manual_seed(3)
    config = getattr(transformers, f"{name}Config")(**shape)
    getattr(transformers, f"{name}ForCausalLM" if name != "GPT2" else "GPT2LMHeadModel")(
        config
    ).save_pretrained(path)
    save_tokenizer(path, chat=chat)
    return path


def save_tokenizer(path, *, chat=True):
    """The tiny model's vocabulary as a tokenizer of `transformers`."""
    import transformers  # noqa: PLC0415
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415

    facts = tiny_facts()
    names = facts["tokenizer.ggml.tokens"]
    tokenizer = Tokenizer(models.BPE(vocab={name: at for at, name in enumerate(names)}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = (
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoders.ByteLevel(),
    )
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|endoftext|>", eos_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>"],
        chat_template=facts["tokenizer.chat_template"] if chat else None,
    )  # fmt: skip
    wrapped.save_pretrained(path)
