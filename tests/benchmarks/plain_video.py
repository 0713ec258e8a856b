"""The published video encoder written out plainly, as the thing to compare with.

float32, every attention matrix materialised, three colour channels, and the whole of the last
block, of which only the class token is then read. Slow on purpose; it shares the weights of the
encoder that it is given.
"""

from typing import Literal

import torch
from torch import Tensor

from workers.cmrclip.encoders import DividedAttention, SpaceTimeBlock, VideoEncoder


def encode(encoder: VideoEncoder, video: Tensor) -> Tensor:
    """(B, T, 3, rows, columns), channels normalised -> (B, D)"""
    batch, frames = video.shape[:2]
    patches = encoder.patch_embed.proj(video.flatten(0, 1)).flatten(2).transpose(1, 2)
    patches = patches.reshape(batch, -1, patches.shape[-1])
    tokens = torch.cat((encoder.cls_token.expand(batch, -1, -1), patches), dim=1)
    tokens = tokens + _positions(encoder, frames)
    for block in encoder.blocks:
        tokens = run_block(block, tokens, frames)
    return encoder.norm(tokens)[:, 0]


def _positions(encoder: VideoEncoder, frames: int) -> Tensor:
    places = encoder.pos_embed[:, 1:].repeat(1, frames, 1)
    moments = encoder.temporal_embed[:, :frames].repeat_interleave(
        encoder.config.patches_per_frame, dim=1
    )
    return torch.cat((encoder.pos_embed[:, :1], places + moments), dim=1)


def run_block(block: SpaceTimeBlock, tokens: Tensor, frames: int) -> Tensor:
    """(B, L, D) -> (B, L, D)"""
    timed = tokens + _attend(block.timeattn, block.norm3(tokens), frames, "time")
    tokens = tokens + _attend(block.attn, block.norm1(timed), frames, "space")
    hidden = torch.nn.functional.gelu(block.mlp.fc1(block.norm2(tokens)))
    return tokens + block.mlp.fc2(hidden)


def _attend(
    attention: DividedAttention, tokens: Tensor, frames: int, axis: Literal["time", "space"]
) -> Tensor:
    batch, length, dim = tokens.shape
    heads = attention.heads
    # (B, L, 3 D) -> three of (B * H, L, E)
    query, key, value = (
        part.view(batch, length, heads, -1).transpose(1, 2).reshape(batch * heads, length, -1)
        for part in attention.qkv(tokens).chunk(3, dim=-1)
    )
    query = query * query.shape[-1] ** -0.5
    class_token = _softmax_attention(query[:, :1], key, value)
    groups = (length - 1) // frames if axis == "time" else frames
    split = [_split(part[:, 1:], frames, axis) for part in (query, key, value)]
    with_class = [
        torch.cat((part[:, :1].repeat_interleave(groups, dim=0), grouped), dim=1)
        for part, grouped in zip((key, value), split[1:], strict=True)
    ]
    mixed = _merge(_softmax_attention(split[0], *with_class), batch * heads, axis)
    mixed = torch.cat((class_token, mixed), dim=1)
    mixed = mixed.view(batch, heads, length, -1).transpose(1, 2).reshape(batch, length, dim)
    return attention.proj(mixed)


def _softmax_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return torch.bmm(torch.bmm(query, key.transpose(1, 2)).softmax(-1), value)


def _split(patches: Tensor, frames: int, axis: str) -> Tensor:
    """(A, T * P, E) -> (A * P, T, E) for time, (A * T, P, E) for space"""
    grid = patches.view(patches.shape[0], frames, -1, patches.shape[-1])
    grid = grid.transpose(1, 2) if axis == "time" else grid
    return grid.reshape(-1, *grid.shape[2:])


def _merge(groups: Tensor, outer: int, axis: str) -> Tensor:
    """The inverse of `_split`."""
    grid = groups.view(outer, -1, *groups.shape[1:])
    grid = grid.transpose(1, 2) if axis == "time" else grid
    return grid.reshape(outer, -1, grid.shape[-1])
