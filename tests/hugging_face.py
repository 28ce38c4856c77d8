"""The weights of a GGUF file in a model of `transformers`."""

from soundalike.finetune.names import MATRICES, halves_together, heads_of


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
