"""Encoders: text to vectors, under a contract."""

from indexes.encoders.load import find_profile, load_encoder
from indexes.encoders.profile import Profile, built_in

__all__ = ["Profile", "built_in", "find_profile", "load_encoder"]
