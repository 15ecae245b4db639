"""An architecture that is not built here, through transformers, and refused where that filled or dropped a tensor."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from casefolio.indexes.encoders.architectures import UNUSED
from casefolio.indexes.encoders.profile import Profile
from casefolio.ingest.errors import EncoderError


class OtherModel:
    """A model of transformers. Code of the model's own runs only where the profile says `trust_remote_code`.

    Raises:
        EncoderError: transformers cannot load it, or tensors are missing or left over.
    """

    def __init__(self, folder: Path, profile: Profile, device: Any, dtype: Any) -> None:
        try:
            from transformers import AutoModel
        except ImportError:
            raise EncoderError("transformers is not installed", "pip install 'casefolio[torch]'") from None
        try:
            model, info = AutoModel.from_pretrained(
                folder, dtype=dtype, trust_remote_code=profile.trust_remote_code, output_loading_info=True
            )
        except Exception as error:  # transformers raises OSError, ValueError, and what the model's own code raises
            reason = str(error).strip().split("\n")[0][:160]
            hint = "" if profile.trust_remote_code else "a model's own code needs trust_remote_code = true in a profile"
            raise EncoderError(f"{folder}: {reason}", hint) from None
        _refuse_gaps(folder, profile, info)
        width = int(getattr(model.config, "hidden_size", 0))
        if not profile.projection and width != profile.dimension:
            raise EncoderError(f"{folder}: dimension is {width}, {profile.name} needs {profile.dimension}")
        self._model = model.to(device).eval()
        self._pooling = profile.pooling

    def pooled(self, ids: Any, second: Any, lengths: Any) -> Any:
        """Pooled states, float32 (n, width); `second` is not used: these models take no pairs here."""
        import torch

        real = torch.arange(ids.shape[1], device=ids.device) < lengths
        states = self._model(input_ids=ids, attention_mask=real.long()).last_hidden_state.float()
        return states[:, 0] if self._pooling == "cls" else (states * real[:, :, None]).sum(1) / lengths


def _refuse_gaps(folder: Path, profile: Profile, info: dict[str, Any]) -> None:
    unused = (*UNUSED, *profile.unused)
    kinds = (("missing", "missing_keys"), ("left over", "unexpected_keys"), ("of another size", "mismatched_keys"))
    faults = []
    for what, key in kinds:
        names = sorted(str(name) for name in info.get(key, ()))
        if names := [n for n in names if not any(fnmatch(n, p) or fnmatch(n, f"*.{p}") for p in unused)]:
            faults.append(f"{len(names)} {what} ({', '.join(names[:3])})")
    if faults:
        raise EncoderError(f"{folder}: not the checkpoint that {profile.name} needs: tensors {' and '.join(faults)}")
