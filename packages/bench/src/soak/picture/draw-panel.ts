import type { Sample } from "../samples/sample.js";
import { type Axis, roundAxis } from "./axis.js";
import type { Panel } from "./panel.js";

/** Pixels of the part that the lines are drawn in, and of what lies around it. */
export const PLOT = { left: 64, width: 816, height: 110, above: 34, below: 34 } as const;
/** Pixels. */
export const PANEL_HEIGHT = PLOT.above + PLOT.height + PLOT.below;

const GRID_STEPS = 4;
const LEGEND_LINE = 18;
/** Pixels of a character of the legend, roughly. */
const CHARACTER = 6.6;
const LEGEND_GAP = 22;

/** The time axis, which all panels share. */
export interface TimeAxis extends Axis {
  readonly unit: string;
  readonly at: (sample: Sample) => number;
}

/** The panel as SVG, its top left corner at the origin. */
export function drawPanel(panel: Panel, samples: readonly Sample[], time: TimeAxis): string {
  const values = panel.lines.map(({ value }) => samples.map(value));
  const axis = roundAxis(
    values.flat().reduce((most, value) => Math.max(most, value), 0),
    GRID_STEPS,
  );
  const x = (at: number): number => PLOT.left + (PLOT.width * at) / time.max;
  const y = (value: number): number => PLOT.above + PLOT.height * (1 - value / axis.max);
  const times = samples.map((sample) => x(time.at(sample)));
  const lines = values.map((line, at) => {
    const points = line.map((value, n) => `${short(times[n] ?? 0)},${short(y(value))}`);
    return `<polyline class="line c${at}" points="${points.join(" ")}"/>`;
  });
  return [
    `<text class="title" x="${PLOT.left}" y="18">${panel.title}, ${panel.unit}</text>`,
    ...legend(panel),
    ...axis.ticks.map((tick) => horizontal(y(tick), tick)),
    ...time.ticks.map((tick) => timeTick(x(tick), tick)),
    `<text class="end" x="${PLOT.left + PLOT.width}" y="${PANEL_HEIGHT - 3}">${time.unit}</text>`,
    ...lines.reverse(),
  ].join("\n");
}

function legend({ lines }: Panel): string[] {
  let right: number = PLOT.left + PLOT.width;
  return lines.flatMap(({ label }, at) => {
    const text = right - label.length * CHARACTER;
    const end = text - 6;
    right = end - LEGEND_LINE - LEGEND_GAP;
    return [
      `<path class="line c${at}" d="M${short(end - LEGEND_LINE)},14H${short(end)}"/>`,
      `<text x="${short(text)}" y="18">${label}</text>`,
    ];
  });
}

function horizontal(y: number, tick: number): string {
  const { left, width } = PLOT;
  return (
    `<path class="grid" d="M${left},${short(y)}h${width}"/>` +
    `<text class="end" x="${left - 8}" y="${short(y + 4)}">${short(tick, 3)}</text>`
  );
}

function timeTick(x: number, tick: number): string {
  const bottom = PLOT.above + PLOT.height;
  return (
    `<path class="grid" d="M${short(x)},${bottom}v4"/>` +
    `<text class="middle" x="${short(x)}" y="${bottom + 17}">${short(tick, 3)}</text>`
  );
}

function short(value: number, digits = 1): string {
  return String(Number(value.toFixed(digits)));
}
