"""CMR-CLIP: a video encoder and a text encoder that meet in one space."""

from torch import Tensor, nn

from workers.cmrclip.config import ModelConfig
from workers.cmrclip.encoders import TextEncoder, VideoEncoder
from workers.cmrclip.loss import cosine_similarity, symmetric_info_nce


class CmrClip(nn.Module):
    """Both encoders with their heads, under the published parameter names.

    Embeddings are (B, projection_dim) and not normalised; compare them by cosine.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.video_model = VideoEncoder(config.video)
        self.text_model = TextEncoder(config.text)
        self.vid_proj = _head(config.video.embed_dim, config.projection_dim)
        self.txt_proj = _head(config.text.hidden_size, config.projection_dim)

    def embed_video(self, video: Tensor) -> Tensor:
        """(B, T, 3, rows, columns), channels normalised -> (B, projection_dim)"""
        result: Tensor = self.vid_proj(self.video_model(video))
        return result

    def embed_grey(self, clips: Tensor) -> Tensor:
        """(B, T, rows, columns) in 0..1 -> (B, projection_dim)"""
        result: Tensor = self.vid_proj(self.video_model.encode_grey(clips))
        return result

    def embed_text(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, N) ids, (B, N) 1 for real tokens -> (B, projection_dim)"""
        result: Tensor = self.txt_proj(self.text_model(input_ids, attention_mask))
        return result

    def loss(self, text_embeddings: Tensor, video_embeddings: Tensor) -> Tensor:
        """The training loss of B pairs, a scalar."""
        similarity = cosine_similarity(text_embeddings, video_embeddings)
        return symmetric_info_nce(similarity, self.config.temperature)


def _head(width: int, projection_dim: int) -> nn.Sequential:
    return nn.Sequential(nn.ReLU(), nn.Linear(width, projection_dim))
