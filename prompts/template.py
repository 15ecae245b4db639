"""Prompts are files: `templates/NAME.LANGUAGE.md`, a system part and a user part, with `{{placeholders}}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casefolio.ingest.errors import PromptError
from casefolio.ingest.languages import DEFAULT

FOLDER = Path(__file__).parent / "templates"
LANGUAGES = tuple(sorted({path.name.split(".")[1] for path in FOLDER.glob("*.*.md")}))
"""Languages that have a template; what one lacks of them, English stands in for."""
# What each template must use, no more and no less: a forgotten placeholder would silently drop the sources.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "answer": frozenset({"sources", "question", "fence", "abstention"}),
    "short": frozenset({"sources", "question", "fence", "abstention"}),
    "rewrite": frozenset({"history", "question", "fence"}),
    "pairs": frozenset({"sources", "fence"}),
}
_DIVIDER = "\n=====\n"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with holes.

    Attributes:
        name: e.g. `answer.de`.
        system: the rules.
        user: what is asked, with the sources.
    """

    name: str
    system: str
    user: str

    def without(self, placeholder: str) -> Template:
        """The same without the lines that hold a placeholder, such as the one that offers to abstain."""
        hole = f"{{{{{placeholder}}}}}"

        def kept(text: str) -> str:
            return "\n".join(line for line in text.split("\n") if hole not in line)

        return Template(self.name, kept(self.system), kept(self.user))

    def fill(self, values: dict[str, str]) -> tuple[str, str]:
        """System and user part with every placeholder replaced once; braces inside the values stay as they are.

        Raises:
            PromptError: where a value is missing.
        """

        def put(match: re.Match[str]) -> str:
            if match.group(1) not in values:
                raise PromptError(f"prompt {self.name}: nothing was given for {{{{{match.group(1)}}}}}")
            return values[match.group(1)]

        return _PLACEHOLDER.sub(put, self.system), _PLACEHOLDER.sub(put, self.user)


@cache
def template(name: str, language: str) -> Template:
    """A template in a language, English where there is none in it.

    Raises:
        PromptError: where the file is missing, has no divider, or its placeholders are not those of its kind.
    """
    own = FOLDER / f"{name}.{language}.md"
    return parse(own if language in LANGUAGES and own.is_file() else FOLDER / f"{name}.{DEFAULT}.md")


def parse(path: Path) -> Template:
    """Read and check one template file.

    Raises:
        PromptError: saying what is wrong with it.
    """
    kind = path.name.split(".")[0]
    wanted = PLACEHOLDERS.get(kind)
    if wanted is None:
        raise PromptError(f"{path.name}: no prompt of that kind", f"known: {', '.join(sorted(PLACEHOLDERS))}")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"{path.name}: the template cannot be read: {error}") from error
    if text.count(_DIVIDER) != 1:
        raise PromptError(f"{path.name}: one line of ===== must part system and user, got {text.count(_DIVIDER)}")
    found = frozenset(_PLACEHOLDER.findall(text))
    if found != wanted:
        wrong = ", ".join(sorted(found ^ wanted))
        raise PromptError(f"{path.name}: placeholders do not match: {wrong}", f"needs {', '.join(sorted(wanted))}")
    system, user = text.split(_DIVIDER)
    return Template(path.name.removesuffix(".md"), system.strip(), user.strip())
