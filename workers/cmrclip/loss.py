"""Comparison of embeddings and the contrastive loss of the published training."""

import torch
import torch.nn.functional as functional
from torch import Tensor


def cosine_similarity(first: Tensor, second: Tensor) -> Tensor:
    """(A, D), (B, D) -> (A, B), each in -1..1"""
    return functional.normalize(first, eps=1e-8) @ functional.normalize(second, eps=1e-8).T


def symmetric_info_nce(similarity: Tensor, temperature: float) -> Tensor:
    """InfoNCE (van den Oord et al. 2018, arXiv:1807.03748) in both directions, **summed**.

    `similarity`: (B, B) cosines, pairs that belong together on the diagonal. Returns a scalar: the
    mean over rows plus the mean over columns.
    """
    target = torch.arange(len(similarity), device=similarity.device)
    logits = similarity / temperature
    return functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
