# SPDX-License-Identifier: BSD-2-Clause
"""plot - curves as SVG, drawn by gnuplot."""

import subprocess
from pathlib import Path

from .rows import Plot

SPDX = "<!-- SPDX-License-Identifier: BSD-2-Clause -->"
STYLE = """\
set terminal svg size 720,440 enhanced background rgb 'white' font 'sans-serif,13'
set key outside below
set grid
set border 3
set tics nomirror
set style data linespoints
set lmargin 12
set rmargin 5
"""
COLOURS = ("#0060a0", "#c04000", "#408020", "#806000", "#703090", "#707070")


def quoted(text: str) -> str:
    """For gnuplot; _ and ^ would be markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for sign in "_^@{}":
        escaped = escaped.replace(sign, "\\\\" + sign)
    return f'"{escaped}"'


def script(plot: Plot, out: Path) -> str:
    lines = [STYLE, f'set output "{out}"', f"set title {quoted(plot.title)}",
             f"set xlabel {quoted(plot.x_label)}", f"set ylabel {quoted(plot.y_label)}"]
    if plot.log_x:
        lines += ["set logscale x", f"set xtics ({tics(plot)})"]
    lines.append("set logscale y" if plot.log_y else "set yrange [0:*]")
    curves = [f'"-" title {quoted(label)} linewidth 2 pointtype 7 pointsize 0.6 '
              f'linecolor rgb "{COLOURS[number % len(COLOURS)]}"'
              for number, label in enumerate(plot.series)]
    lines.append("plot " + ", ".join(curves))
    for points in plot.series.values():
        lines += [f"{x} {y}" for x, y in points] + ["e"]
    return "\n".join(lines) + "\n"


def tics(plot: Plot) -> str:
    """On a logarithmic axis: where something was measured, and nowhere else."""
    values = sorted({x for points in plot.series.values() for x, _y in points})
    return ", ".join(f'"{value:,.0f}" {value}' for value in values)


def draw(plot: Plot, folder: Path) -> Path:
    out = folder / f"{plot.name}.svg"
    subprocess.run(["gnuplot"], input=script(plot, out), text=True, check=True)
    head, _newline, rest = out.read_text(encoding="utf-8").partition("\n")
    out.write_text(f"{head}\n{SPDX}\n{rest}", encoding="utf-8")
    return out
