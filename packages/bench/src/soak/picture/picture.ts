import { formatDuration } from "@repo/command-line/units";

import type { Sample } from "../samples/sample.js";
import type { Summary } from "../summary.js";
import { exactAxis } from "./axis.js";
import { drawPanel, PANEL_HEIGHT, PLOT, type TimeAxis } from "./draw-panel.js";
import { PANELS } from "./panel.js";

const WIDTH = 900;
const HEAD_HEIGHT = 44;
const HEIGHT = HEAD_HEIGHT + PANELS.length * PANEL_HEIGHT;
const TIME_STEPS = 10;
/** Runs that are longer are shown in minutes. */
const MOST_SECONDS = 120;

/** Colors differ in lightness as well, and have their own page, as a viewer's may be of either kind. */
const STYLE = `
text{font:12px system-ui,sans-serif;fill:#1f2328}
.title{font-weight:600}.head{font-size:15px;font-weight:600}
.end{text-anchor:end}.middle{text-anchor:middle}
.page{fill:#fff}.grid{stroke:#d1d9e0;fill:none}
.line{fill:none;stroke-width:1.5;stroke-linejoin:round}
.c0{stroke:#0550ae}.c1{stroke:#d4620b}.c2{stroke:#2da44e}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#3d444d}
.c0{stroke:#79c0ff}.c1{stroke:#f0883e}.c2{stroke:#56d364}
}`;

/** The samples of a run as an SVG that needs nothing else. */
export function picture(
  samples: readonly Sample[],
  run: Pick<Summary, "seconds" | "concurrency" | "failures">,
): string {
  const duration = formatDuration(run.seconds);
  const head = `Soak of ${duration}, ${run.concurrency} operations at once, ${run.failures} failed`;
  const time = timeAxis(run.seconds);
  const panels = PANELS.map((panel, at) => {
    const top = HEAD_HEIGHT + at * PANEL_HEIGHT;
    return `<g transform="translate(0,${top})">\n${drawPanel(panel, samples, time)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img">`,
    `<title>${head}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="head" x="${PLOT.left}" y="28">${head}</text>`,
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function timeAxis(seconds: number): TimeAxis {
  const [unit, length] = seconds > MOST_SECONDS ? ["minutes", 60] : ["seconds", 1];
  return {
    ...exactAxis(seconds / length, TIME_STEPS),
    unit,
    at: (sample) => sample.seconds / length,
  };
}
