"""Several devices as one, by torch's own launcher."""

import os

import torch
import torch.distributed as distributed


def join_devices() -> str:
    """The device of this process, joined with the others where torch's launcher started several."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if "RANK" in os.environ:
        distributed.init_process_group("nccl" if device == "cuda" else "gloo")
        if device == "cuda":
            device = f"cuda:{os.environ['LOCAL_RANK']}"
    return device


def device_rank() -> tuple[int, int]:
    """(which device this process is, how many there are)."""
    if distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def sum_over_devices(model: torch.nn.Module) -> None:
    """Adds up the gradients of what is trained over all devices."""
    if not distributed.is_initialized():
        return
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    # As one message: some two hundred small ones would wait for each other.
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    joined = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(joined)
    parts = torch.split(joined, [gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))
