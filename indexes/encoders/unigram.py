"""SentencePiece's unigram tokenizer (Kudo, ACL 2018) as XLM-R uses it: the most probable pieces of each word.

Words are cut one by one and remembered, so a text costs a look-up a word. That is as quick as the `tokenizers`
library over a folder and starts in a tenth of a second, where that needs half a second and 250 MB for its tree of
250,000 pieces. The ids are the same (tests/test_indexes_encoders_table.py), with one exception: "<s>" in a document
is three characters, no token.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.indexes.encoders.q4_file import Vocabulary

_BLANK = "▁"
# What parts words whatever the character map says; other white space becomes a blank by the map, or goes.
_WORD = re.compile(r"[^ \t\n\f\r]+")
_MARKED = re.compile(r"[^\u0000-\u02ff\uac00-\ud7a3\u4e00-\u9fff]")  # may hold a combining mark
_KEPT_WORDS = 100_000
_LONGEST_CLUSTER = 5  # bytes; longer ones are mapped character by character, as the published tokenizer does
_UNKNOWN_PENALTY = 10.0

_Cut = tuple[tuple[int, ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """One text, or a pair, in pieces: parallel lists.

    `offsets` are characters (code points) of the text that a piece came from, (0, 0) for special tokens; `sequence_ids`
    says which of a pair, None for special tokens. `type_ids` are 0: XLM-R has no segments.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    sequence_ids: list[int | None]

    @property
    def special_tokens_mask(self) -> list[int]:
        """1 for tokens set around the text."""
        return [int(s is None) for s in self.sequence_ids]

    @property
    def type_ids(self) -> list[int]:
        """Segments, all 0."""
        return [0] * len(self.ids)


class Unigram:
    """The tokenizer, with the methods of `tokenizers.Tokenizer` that are used here. Safe to use from several threads.

    A single text becomes `<s> text </s>`, a pair `<s> first </s></s> second </s>`.

    Args:
        vocabulary: pieces, scores and character map.
    """

    encode_special_tokens = True

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._pieces = vocabulary.pieces
        self._begin, self._end, _, self._unknown = vocabulary.specials
        self._id_of = dict(zip(self._pieces, range(len(self._pieces)), strict=True))
        for reserved in {*vocabulary.specials, len(self._pieces) - 1}:  # the last one is <mask>
            del self._id_of[self._pieces[reserved]]
        self._scores = vocabulary.scores.tolist()
        self._unknown_score = float(vocabulary.scores.min()) - _UNKNOWN_PENALTY
        self._longest = max(map(len, self._id_of))
        self._map = vocabulary.characters
        self._known: dict[str, _Cut] = {}

    # ------------------------------------------------------------ as tokenizers.Tokenizer

    def no_truncation(self) -> None:
        """Texts are never cut here."""

    def no_padding(self) -> None:
        """Texts are never padded here."""

    def get_vocab_size(self) -> int:
        """How many pieces there are."""
        return len(self._pieces)

    def id_to_token(self, number: int) -> str:
        """A piece by its id."""
        return self._pieces[number]

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Special tokens around a text, or around a pair."""
        return 4 if is_pair else 2

    def to_str(self) -> str:
        """What decides the ids, as one string that can be hashed."""
        digest = hashlib.sha256("\0".join(self._pieces).encode())
        digest.update(repr((self._scores, sorted(self._map.items()))).encode())
        return digest.hexdigest()

    def encode(self, text: str, pair: str | None = None, add_special_tokens: bool = True) -> Encoding:
        """Pieces of a text, or of a pair of texts."""
        ids, offsets = self._encode(text)
        sequence: list[int | None] = [0] * len(ids)
        if add_special_tokens:
            ids, offsets, sequence = [self._begin, *ids, self._end], [(0, 0), *offsets, (0, 0)], [None, *sequence, None]
        if pair is not None:
            more, places = self._encode(pair)
            around = [self._end] if add_special_tokens else []
            nothing: list[tuple[int, int]] = [(0, 0)] * len(around)
            none: list[int | None] = [None] * len(around)
            ids += [*around, *more, *around]
            offsets += [*nothing, *places, *nothing]
            sequence += [*none, *[1] * len(more), *none]
        return Encoding(ids, offsets, sequence)

    def encode_batch(self, texts: Sequence[str | tuple[str, str]], add_special_tokens: bool = True) -> list[Encoding]:
        """Pieces of texts, or of pairs."""
        return [
            self.encode(text, None, add_special_tokens)
            if isinstance(text, str)
            else self.encode(text[0], text[1], add_special_tokens)
            for text in texts
        ]

    def encode_batch_fast(self, texts: Sequence[str | tuple[str, str]]) -> list[Encoding]:
        """`encode_batch` where nobody asks for offsets of single texts: those are left empty."""
        return [
            Encoding([self._begin, *self._ids(text), self._end], [], [])
            if isinstance(text, str)
            else self.encode(text[0], text[1])
            for text in texts
        ]

    # ------------------------------------------------------------ words

    def _encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        known = self._known
        for match in _WORD.finditer(text):
            word, at = match.group(), match.start()
            pieces, places = known.get(word) or self._learn(word)
            ids += pieces
            if len(places) == 1:
                offsets.append((at + places[0][0], at + places[0][1]))
            else:
                offsets += [(start + at, end + at) for start, end in places]
        return ids, offsets

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = []
        known = self._known
        for word in _WORD.findall(text):
            ids += (known.get(word) or self._learn(word))[0]
        return ids

    def _learn(self, word: str) -> _Cut:
        if len(self._known) >= _KEPT_WORDS:
            self._known.clear()
        cut = self._known[word] = self._cut(word)
        return cut

    def _cut(self, word: str) -> _Cut:
        """Ids of a stretch without blanks, and where each piece stands in it."""
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        for letters, places in self._normalised(word):
            at = -1  # the blank set before a word stands nowhere
            for number, length in self._best(_BLANK + letters):
                first, last = max(at, 0), max(at + length - 1, 0)
                ids.append(number)
                offsets.append((places[first][0], places[last][1]))
                at += length
        return tuple(ids), tuple(offsets)

    def _normalised(self, word: str) -> list[tuple[str, list[tuple[int, int]]]]:
        """Words that the character map makes of a stretch, each with the place of each of its letters."""
        clusters = _clusters(word) if _MARKED.search(word) else [(i, i + 1) for i in range(len(word))]
        letters: list[str] = []
        places: list[tuple[int, int]] = []
        found: list[tuple[str, list[tuple[int, int]]]] = []
        for start, end in clusters:
            for letter, place in self._mapped(word, start, end):
                if not letter.isspace():
                    letters.append(letter)
                    places.append(place)
                elif letters:
                    found.append(("".join(letters), places))
                    letters, places = [], []
        return [*found, ("".join(letters), places)] if letters else found

    def _mapped(self, word: str, start: int, end: int) -> list[tuple[str, tuple[int, int]]]:
        if end - start > 1 and len(word[start:end].encode(errors="replace")) <= _LONGEST_CLUSTER:
            for stop in range(start + 1, end + 1):
                if (whole := self._rule(word[start:stop])) is not None:
                    return [(letter, (start, end)) for letter in whole]
        return [(letter, (at, at + 1)) for at in range(start, end) for letter in self._map.get(ord(word[at]), word[at])]

    def _rule(self, letters: str) -> str | None:
        """What a letter, or a letter with its marks, becomes; None where no rule names it."""
        if len(letters) == 1:
            return self._map.get(ord(letters))
        composed = unicodedata.normalize("NFKC", letters)
        return composed if len(composed) == 1 else None

    def _best(self, word: str) -> list[tuple[int, int]]:
        """Id and length of each of the most probable pieces (Viterbi); of equal ones the first found stays."""
        n, id_of, scores, longest = len(word), self._id_of, self._scores, self._longest
        score = [float("-inf")] * (n + 1)
        score[0] = 0.0
        back = [(0, 0)] * (n + 1)
        for start in range(n):
            here, single = score[start], False
            for end in range(start + 1, min(n, start + longest) + 1):
                number = id_of.get(word[start:end])
                if number is None:
                    continue
                single = single or end == start + 1
                if here + scores[number] > score[end]:
                    score[end], back[end] = here + scores[number], (number, start)
            if not single and here + self._unknown_score > score[start + 1]:
                score[start + 1], back[start + 1] = here + self._unknown_score, (self._unknown, start)
        return self._path(back)

    def _path(self, back: list[tuple[int, int]]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        end = len(back) - 1
        while end:
            number, start = back[end]
            if found and number == self._unknown == found[-1][0]:  # unknown letters in a row are one token
                found[-1] = (number, found[-1][1] + end - start)
            else:
                found.append((number, end - start))
            end = start
        return found[::-1]


def _clusters(word: str) -> list[tuple[int, int]]:
    """Ranges of letters with the marks that follow them."""
    found: list[tuple[int, int]] = []
    for at, letter in enumerate(word):
        if found and unicodedata.category(letter)[0] == "M" and unicodedata.category(word[at - 1])[0] != "C":
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found
