"""Plots as inline SVG, drawn by hand: no library, no script, the same bytes for the same figures.

Colours come from the page's style sheet (`.c0` … `.c7`), so they follow a dark page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from casefolio.eval.statistics import Figure

WIDTH, HEIGHT = 460, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 40
COLOURS = 8
ROWS_SHOWN = 40
Points = Sequence[tuple[float, float]]
Scale = Callable[[float], float]


def number(value: float) -> str:
    """A coordinate: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round values from `low` to `high`, about `wanted` of them."""
    if high <= low:
        return [low]
    rough = (high - low) / wanted
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough - 1e-12)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def line_plot(
    curves: Mapping[str, Points],
    x_name: str,
    y_name: str,
    *,
    y_high: float = 1.0,
    log: bool = False,
    order: Sequence[str] = (),
) -> str:
    """Curves in one frame with a legend below.

    Args:
        curves: points (x, y) by name.
        x_name: label of the axis.
        y_name: likewise.
        y_high: top of the frame; its bottom is 0.
        log: whether x is drawn by its logarithm.
        order: names whose place gives the colour, so that one thing has one colour in every plot.
    """
    drawn = {name: points for name, points in curves.items() if points}
    if not drawn:
        return ""
    xs = [x for points in drawn.values() for x, _ in points]
    x_low, x_high = (min(xs), max(xs)) if log else (0.0 if min(xs) < 1 else min(xs), max(xs))

    def x_at(x: float) -> float:
        if x_high <= x_low:
            return LEFT
        share = math.log(x / x_low) / math.log(x_high / x_low) if log else (x - x_low) / (x_high - x_low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y_at(y: float) -> float:
        return HEIGHT - BOTTOM - y / y_high * (HEIGHT - TOP - BOTTOM)

    x_ticks = sorted({x_low, *(t for t in (1, 2, 5, 10, 20, 50, 100) if x_low < t < x_high), x_high}) if log else None
    parts = _frame(x_ticks or ticks(x_low, x_high), ticks(0.0, y_high), x_at, y_at, x_name, y_name)
    order = order or list(drawn)
    for name, points in drawn.items():
        colour = order.index(name) % COLOURS
        path = " ".join(f"{number(x_at(x))},{number(y_at(y))}" for x, y in points)
        parts.append(f'<polyline class="line c{colour}" points="{path}"><title>{escape(name)}</title></polyline>')
        if len(points) <= 25:
            parts += [
                f'<circle class="dot c{colour}" cx="{number(x_at(x))}" cy="{number(y_at(y))}" r="3">'
                f"<title>{escape(name)}: {number(x)} → {y:.3f}</title></circle>"
                for x, y in points
            ]
    return _svg(parts, WIDTH, HEIGHT, f"{y_name} against {x_name}") + legend(list(drawn), order)


def interval_plot(rows: Mapping[str, Mapping[str, Figure]], x_name: str, order: Sequence[str] = ()) -> str:
    """One row a group, a dot with its interval for each configuration; the lowest rows first where there are many.

    Args:
        rows: figures by configuration by group, from 0 to 1.
        x_name: label of the axis.
        order: configurations, whose place gives the colour.
    """
    names = list(order) or list(dict.fromkeys(name for row in rows.values() for name in row))
    shown = sorted(rows, key=lambda g: (min(f.value for f in rows[g].values()), g))[:ROWS_SHOWN]
    if not shown:
        return ""
    left, each = 190, max(14, 4 * len(names) + 5)
    height = TOP + each * len(shown) + BOTTOM

    def x_at(x: float) -> float:
        return left + x * (WIDTH - left - RIGHT)

    parts = []
    for tick in ticks(0.0, 1.0):
        x = number(x_at(tick))
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{height - BOTTOM}"/>')
        parts.append(_text("tick", x_at(tick), height - BOTTOM + 14, f"{tick:g}"))
    parts.append(_text("axis", x_at(0.5), height - 6, x_name))
    for i, group in enumerate(shown):
        middle = TOP + each * (i + 0.5)
        parts.append(
            f'<text class="tick" x="{left - 6}" y="{number(middle + 4)}" text-anchor="end">{escape(_short(group))}'
            f"<title>{escape(group)}</title></text>"
        )
        for name, figure in rows[group].items():
            place = names.index(name)
            y = number(middle + (place - (len(names) - 1) / 2) * 4.0)
            parts += _whisker(figure, name, place % COLOURS, y, x_at)
    svg = _svg(parts, WIDTH, height, f"{x_name} by group")
    more = f'<p class="note">the {len(shown)} lowest of {len(rows)}</p>' if len(shown) < len(rows) else ""
    return svg + more + legend(names)


def _whisker(figure: Figure, name: str, colour: int, y: str, x_at: Scale) -> list[str]:
    said = f"<title>{escape(name)}: {figure} of {figure.n}</title>"
    parts = []
    if not math.isnan(figure.low):
        low, high = number(x_at(figure.low)), number(x_at(figure.high))
        parts.append(f'<line class="whisker c{colour}" x1="{low}" x2="{high}" y1="{y}" y2="{y}">{said}</line>')
    parts.append(f'<circle class="dot c{colour}" cx="{number(x_at(figure.value))}" cy="{y}" r="3">{said}</circle>')
    return parts


def _frame(
    x_ticks: Sequence[float], y_ticks: Sequence[float], x_at: Scale, y_at: Scale, x_name: str, y_name: str
) -> list[str]:
    parts = []
    for tick in y_ticks:
        y = y_at(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{number(y)}" y2="{number(y)}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{number(y + 4)}" text-anchor="end">{tick:g}</text>')
    for tick in x_ticks:
        parts.append(_text("tick", x_at(tick), HEIGHT - BOTTOM + 16, f"{tick:g}"))
    parts.append(_text("axis", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_name))
    turn = f"rotate(-90 12 {number((TOP + HEIGHT - BOTTOM) / 2)})"
    parts.append(
        f'<text class="axis" x="12" y="{number((TOP + HEIGHT - BOTTOM) / 2)}" text-anchor="middle" transform="{turn}">'
        f"{escape(y_name)}</text>"
    )
    return parts


def _text(kind: str, x: float, y: float, said: str) -> str:
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}" text-anchor="middle">{escape(said)}</text>'


def _svg(parts: Sequence[str], width: int, height: int, said: str) -> str:
    head = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(said)}">'
    return head + "".join(parts) + "</svg>"


def legend(names: Sequence[str], order: Sequence[str] = ()) -> str:
    """Names with their colours."""
    order = order or names
    dot = '<svg viewBox="0 0 12 12"><circle class="dot c{}" cx="6" cy="6" r="5"/></svg>'
    items = "".join(f"<li>{dot.format(order.index(name) % COLOURS)}{escape(name)}</li>" for name in names)
    return f'<ul class="legend">{items}</ul>'


def _short(name: str, length: int = 28) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
