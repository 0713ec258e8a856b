"""The two encoders of CMR-CLIP, under the published parameter names.

Video: ViT-B/16 with the divided space-time attention of Frozen in Time (Bain et al. 2021,
arXiv:2104.00650). Text: BERT (Devlin et al. 2019, arXiv:1810.04805) with masked mean pooling.

Letters in shapes: B studies, T frames, P patches of a frame, L = 1 + T * P tokens (the class token
first, then frame by frame), D width, H heads, E = D / H, N text tokens.

Three things make the video encoder cheaper than its definition without changing its answer:
attention is fused, so that no matrix of weights is stored; a grey frame goes through the three
colour channels at once; and of the last block only the class token is computed, because nothing
else of it is read.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from workers.cmrclip.config import CHANNEL_DEVIATIONS, CHANNEL_MEANS, TextConfig, VideoConfig

_GROUPS_AT_A_TIME = 4
_TOKENS_AT_A_TIME = 1024


class DividedAttention(nn.Module):
    """Attention along one axis of the video, time or space.

    A patch attends to the class token and to its group: the same place in every frame (time) or
    all places of its frame (space). The class token attends to everything.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, tokens: Tensor, frames: int, over_time: bool) -> Tensor:
        """(B, L, D) -> (B, L, D)"""
        batch, length, dim = tokens.shape
        qkv = self.qkv(tokens).view(batch, length, 3, self.heads, dim // self.heads)
        mixed = torch.empty_like(tokens)
        # Study by study: the groups of one study are views, those of several would be copies.
        for study in range(batch):
            self._mix(qkv[study], mixed[study], frames, over_time)
        projected: Tensor = self.proj(mixed)
        return projected

    def _mix(self, qkv: Tensor, out: Tensor, frames: int, over_time: bool) -> None:
        """(L, 3, H, E) -> `out` (L, D)"""
        query, key, value = (part.transpose(0, 1)[None] for part in qkv.unbind(1))  # (1, H, L, E)
        everything = functional.scaled_dot_product_attention(query[:, :, :1], key, value)
        out[:1] = everything.transpose(1, 2).flatten(2)[0]
        groups = _groups(qkv[1:], frames, over_time)  # (G, M, 3, H, E)
        places = _groups(out[1:], frames, over_time)  # (G, M, D)
        # A few groups at a time stay in the processor's cache between the steps.
        for start in range(0, groups.shape[0], _GROUPS_AT_A_TIME):
            part = groups[start : start + _GROUPS_AT_A_TIME]
            class_token = qkv[:1, 1:].expand(part.shape[0], 1, *qkv[:1, 1:].shape[1:])
            keys_values = torch.cat((class_token, part[:, :, 1:]), dim=1)  # (G, 1 + M, 2, H, E)
            attended = functional.scaled_dot_product_attention(
                part[:, :, 0].transpose(1, 2),
                keys_values[:, :, 0].transpose(1, 2),
                keys_values[:, :, 1].transpose(1, 2),
            )  # (G, H, M, E)
            places[start : start + _GROUPS_AT_A_TIME] = attended.transpose(1, 2).flatten(2)

    def class_token_only(self, tokens: Tensor) -> Tensor:
        """What `forward` gives for the class token, (B, L, D) -> (B, 1, D).

        With one query q a head, q . (K y + b) = (K' q) . y + constant, and the constant leaves the
        softmax; sum a (V y + b) = V (sum a y) + b. So neither keys nor values are ever formed.
        """
        batch, _, dim = tokens.shape
        size = dim // self.heads
        weights = self.qkv.weight.view(3, self.heads, size, dim)
        bias = self.qkv.bias.view(3, self.heads, 1, size)
        query = torch.matmul(tokens[:, None, :1], weights[0].mT) + bias[0]  # (B, H, 1, E)
        probe = torch.matmul(query, weights[1])[:, :, 0]  # (B, H, D)
        scores = torch.matmul(probe, tokens.mT) * size**-0.5  # (B, H, L)
        shares = scores.softmax(-1, dtype=torch.float32).to(tokens.dtype)
        pooled = torch.matmul(shares, tokens)[:, :, None]  # (B, H, 1, D)
        mixed = torch.matmul(pooled, weights[2].mT) + bias[2]  # (B, H, 1, E)
        projected: Tensor = self.proj(mixed.reshape(batch, 1, dim))
        return projected


def _groups(patches: Tensor, frames: int, over_time: bool) -> Tensor:
    """(T * P, ...) -> (P, T, ...) over time, (T, P, ...) over space; a view."""
    grid = patches.view(frames, -1, *patches.shape[1:])
    return grid.transpose(0, 1) if over_time else grid


class FeedForward(nn.Module):
    """Linear, GELU, Linear. (..., D) -> (..., D)"""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        # The raised tokens are four times as wide; a part of them at a time stays in the cache.
        parts = torch.split(tokens, _TOKENS_AT_A_TIME, dim=-2)
        return torch.cat([self.fc2(functional.gelu(self.fc1(part))) for part in parts], dim=-2)


class SpaceTimeBlock(nn.Module):
    """Time, then space, then feed-forward. What time adds is seen by space and not passed on."""

    def __init__(self, config: VideoConfig) -> None:
        super().__init__()
        dim = config.embed_dim
        self.norm1 = nn.LayerNorm(dim, eps=config.layer_norm_eps)
        self.norm2 = nn.LayerNorm(dim, eps=config.layer_norm_eps)
        self.norm3 = nn.LayerNorm(dim, eps=config.layer_norm_eps)
        self.attn = DividedAttention(dim, config.num_heads)
        self.timeattn = DividedAttention(dim, config.num_heads)
        self.mlp = FeedForward(dim, int(dim * config.mlp_ratio))

    def forward(self, tokens: Tensor, frames: int) -> Tensor:
        """(B, L, D) -> (B, L, D)"""
        timed = tokens + self.timeattn(self.norm3(tokens), frames, over_time=True)
        tokens = tokens + self.attn(self.norm1(timed), frames, over_time=False)
        result: Tensor = tokens + self.mlp(self.norm2(tokens))
        return result

    def class_token_only(self, tokens: Tensor, frames: int) -> Tensor:
        """What `forward` gives for the class token, (B, L, D) -> (B, 1, D)."""
        timed = tokens + self.timeattn(self.norm3(tokens), frames, over_time=True)
        token = tokens[:, :1] + self.attn.class_token_only(self.norm1(timed))
        result: Tensor = token + self.mlp(self.norm2(token))
        return result


class PatchEmbedding(nn.Module):
    """Linear map of each patch, kept as the published convolution whose stride is its size."""

    def __init__(self, config: VideoConfig) -> None:
        super().__init__()
        size = config.patch_size
        self.proj = nn.Conv2d(3, config.embed_dim, kernel_size=size, stride=size)

    def forward(self, images: Tensor) -> Tensor:
        """(M, 3, rows, columns), channels normalised -> (M, P, D)"""
        patches: Tensor = self.proj(images)
        return patches.flatten(2).mT

    def of_grey(self, images: Tensor) -> Tensor:
        """(M, rows, columns) in 0..1 -> (M, P, D), as three equal channels once normalised."""
        weight, bias = self.proj.weight, self.proj.bias
        assert bias is not None  # Conv2d is built with one
        scale = weight.new_tensor(CHANNEL_DEVIATIONS).reciprocal()[None, :, None, None]
        shift = weight.new_tensor(CHANNEL_MEANS)[None, :, None, None] * scale
        patches = functional.conv2d(
            images[:, None],
            (weight * scale).sum(1, keepdim=True),
            bias - (weight * shift).sum((1, 2, 3)),
            stride=self.proj.stride,
        )
        return patches.flatten(2).mT


class VideoEncoder(nn.Module):
    """A clip to the features of its class token."""

    def __init__(self, config: VideoConfig) -> None:
        super().__init__()
        dim = config.embed_dim
        self.config = config
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + config.patches_per_frame, dim))
        self.temporal_embed = nn.Parameter(torch.zeros(1, config.num_frames, dim))
        self.patch_embed = PatchEmbedding(config)
        self.blocks = nn.ModuleList(SpaceTimeBlock(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(dim, eps=config.layer_norm_eps)

    def forward(self, video: Tensor) -> Tensor:
        """(B, T, 3, rows, columns), channels normalised -> (B, D); T <= num_frames"""
        batch, frames = video.shape[:2]
        return self._encode(self.patch_embed(video.flatten(0, 1)), batch, frames)

    def encode_grey(self, clips: Tensor) -> Tensor:
        """(B, T, rows, columns) in 0..1 -> (B, D); T <= num_frames"""
        batch, frames = clips.shape[:2]
        return self._encode(self.patch_embed.of_grey(clips.flatten(0, 1)), batch, frames)

    def _encode(self, patches: Tensor, batch: int, frames: int) -> Tensor:
        """(B * T, P, D) -> (B, D)"""
        places = self.pos_embed[:, 1:] + self.temporal_embed[0, :frames, None]  # (T, P, D)
        patches = patches.reshape(batch, frames, *places.shape[1:]) + places
        class_token = (self.cls_token + self.pos_embed[:, :1]).expand(batch, -1, -1)
        tokens = torch.cat((class_token, patches.flatten(1, 2)), dim=1)
        # The blocks may be in another precision than what surrounds them.
        tokens = tokens.to(self.blocks[0].get_parameter("norm1.weight").dtype)
        *blocks, last = (block for block in self.blocks if isinstance(block, SpaceTimeBlock))
        for block in blocks:
            tokens = block(tokens, frames)
        features: Tensor = self.norm(last.class_token_only(tokens, frames).to(patches.dtype))
        return features[:, 0]


class _Embeddings(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, input_ids: Tensor) -> Tensor:
        """(B, N) -> (B, N, D); every token is of the first type"""
        positions = self.position_embeddings.weight[: input_ids.shape[1]]
        summed = self.word_embeddings(input_ids) + self.token_type_embeddings.weight[0]
        result: Tensor = self.LayerNorm(summed + positions)
        return result


class _SelfAttention(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.query = nn.Linear(config.hidden_size, config.hidden_size)
        self.key = nn.Linear(config.hidden_size, config.hidden_size)
        self.value = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(B, N, D), `mask` (B, 1, 1, N) True for real tokens -> (B, N, D)"""
        query, key, value = (
            layer(tokens).view(*tokens.shape[:2], self.heads, -1).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return mixed.transpose(1, 2).flatten(2)


class _Output(nn.Module):
    """Linear, then the sum with what came before, normalised."""

    def __init__(self, width: int, config: TextConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(width, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, tokens: Tensor, before: Tensor) -> Tensor:
        result: Tensor = self.LayerNorm(self.dense(tokens) + before)
        return result


class _Dense(nn.Module):
    """A named place for one linear layer."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width_in, width_out)


class _TextLayer(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        # Registered by name: "self" cannot be the name of a Python attribute of a class.
        self.attention = nn.ModuleDict(
            {"self": _SelfAttention(config), "output": _Output(config.hidden_size, config)}
        )
        self.intermediate = _Dense(config.hidden_size, config.intermediate_size)
        self.output = _Output(config.intermediate_size, config)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(B, N, D) -> (B, N, D)"""
        attended = self.attention["output"](self.attention["self"](tokens, mask), tokens)
        raised = functional.gelu(self.intermediate.dense(attended))
        result: Tensor = self.output(raised, attended)
        return result


class TextEncoder(nn.Module):
    """BertModel with masked mean pooling. Its pooler is loaded with the rest and never used."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config)
        layers = nn.ModuleList(_TextLayer(config) for _ in range(config.num_hidden_layers))
        self.encoder = nn.ModuleDict({"layer": layers})
        self.pooler = _Dense(config.hidden_size, config.hidden_size)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, N) ids, (B, N) 1 for real tokens -> (B, D); what exceeds the positions is cut off"""
        limit = self.config.max_position_embeddings
        input_ids, attention_mask = input_ids[:, :limit], attention_mask[:, :limit]
        tokens = self.embeddings(input_ids)
        layers = self.encoder["layer"]
        assert isinstance(layers, nn.ModuleList)  # built so above
        for layer in layers:
            tokens = layer(tokens, attention_mask[:, None, None].bool())
        real = attention_mask[..., None].to(tokens.dtype)
        pooled: Tensor = (tokens * real).sum(1) / real.sum(1).clamp_min(1e-9)
        return pooled
