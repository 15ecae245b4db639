"""The tree of errors that Casefolio raises on purpose.

RagError                  root of every error of ours; `str(error)` is one line for a person
├── ReadingError          a file could not be read; it goes into the ledger, the run goes on
│   ├── BrokenFile        its bytes are not what its type promises
│   ├── EncryptedFile     it needs a password that was not given, or another one
│   ├── UnknownType       no loader reads this type
│   ├── MissingTool       a program that would read it is not installed
│   └── LimitExceeded     it took more time, memory or pages than a file may
├── FolderError           the folder is missing, empty of files, or not a folder
├── UsageError            an argument makes no sense (exit status 2)
├── EncoderError          an encoder cannot be loaded as it was trained
│   └── ContractMismatch  an index was built under another encoder's contract
├── StoreError            the index on disk is damaged, locked, or cannot be written
├── PromptError           a template is wrong, or nothing fits the token budget
├── GeneratorError        a language model could not be reached or broke off
└── SetError              an evaluation set is faulty; it lists every fault
"""

from __future__ import annotations


class RagError(Exception):
    """Root of the errors raised on purpose.

    Args:
        message: what happened, naming the file or setting.
        hint: what the user can do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[type[RagError], tuple[str, str]]:
        # Exceptions cross process borders when files are read in workers.
        return type(self), (self.message, self.hint)


class ReadingError(RagError):
    """A file could not be read."""


class BrokenFile(ReadingError):
    """The bytes are not what the file's type promises."""


class EncryptedFile(ReadingError):
    """The file needs a password that was not given, or another one."""


class UnknownType(ReadingError):
    """No loader reads this type of file."""


class MissingTool(ReadingError):
    """A program that would read the file is not installed."""


class LimitExceeded(ReadingError):
    """The file took more time, memory or pages than one file may."""


class FolderError(RagError):
    """The folder is missing, is not a folder, or holds no file."""


class UsageError(RagError):
    """An argument makes no sense."""


class EncoderError(RagError):
    """An encoder cannot be loaded as it was trained."""


class ContractMismatch(EncoderError):
    """An index was built under another encoder's contract."""


class StoreError(RagError):
    """The index on disk is damaged, locked, or cannot be written."""


class PromptError(RagError):
    """A template is wrong, or nothing fits the token budget."""


class GeneratorError(RagError):
    """A language model could not be reached, or broke off."""


class SetError(RagError):
    """An evaluation set is faulty."""
