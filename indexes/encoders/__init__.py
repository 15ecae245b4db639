"""Encoders: text to vectors, under a contract."""

from casefolio.indexes.encoders.language import language_warning
from casefolio.indexes.encoders.load import better_encoder, default_encoder, find_profile, is_installed, load_encoder
from casefolio.indexes.encoders.profile import Profile, built_in

__all__ = [
    "Profile",
    "better_encoder",
    "built_in",
    "default_encoder",
    "find_profile",
    "is_installed",
    "language_warning",
    "load_encoder",
]
