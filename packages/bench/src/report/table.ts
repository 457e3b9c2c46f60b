import type { Result } from "./evaluate.js";

const HEADER = ["bench", "case", "metric", "ours", "baseline", "against", "ratio", "goal", "met"];

/** The results as a Markdown table. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.bench,
    result.case,
    result.metric,
    formatted(result.metric, result.ours),
    result.baseline === null ? "" : formatted(result.metric, result.baseline),
    result.against ?? "",
    result.ratio === null ? "" : result.ratio.toPrecision(3),
    goalOf(result),
    result.met === null ? "" : result.met ? "yes" : "**no**",
  ]);
  const all = [HEADER, ...rows];
  const widths = HEADER.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[], fill = " "): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  return [
    line(HEADER),
    line(
      HEADER.map(() => ""),
      "-",
    ),
    ...rows.map((row) => line(row)),
  ].join("\n");
}

function goalOf({ goal, metric }: Result): string {
  if (goal === null) return "";
  return goal.startsWith("ratio")
    ? goal
    : goal.replaceAll(/[\d.]+/g, (number) => formatted(metric, Number(number)));
}

/** Figures carry their unit at the end of their name. */
function formatted(metric: string, value: number): string {
  if (metric.endsWith("Bytes")) return `${(value / 1e6).toFixed(1)} MB`;
  if (metric.endsWith("Seconds")) return `${value.toPrecision(3)} s`;
  if (metric.endsWith("Ms")) return `${value.toFixed(1)} ms`;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
