import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

export interface Column {
  title: string;
  align?: "right";
  /** Whether its cells may be cut in the middle, or run over where there is no limit. */
  shrinks?: boolean;
}

const GAP = "  ";
const NARROWEST = 16;
/** One very long path shall not push the rest of all other lines out of sight. */
const WIDEST = 60;
/** What the last column, which is cut at the end of the line, may take from those that shrink. */
const LAST_COLUMN = 44;

/**
 * Lines of a table, the first with the titles. Cells hold no line breaks.
 *
 * @param limit characters that a line may take; undefined for no limit, and then nothing is cut
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  limit?: number,
): string[] {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = fit(columns, lines, limit);
  return lines.map((line) => {
    const cells = columns.map((column, at) => {
      const text = line[at] ?? "";
      const width = widths[at] ?? 0;
      return pad(limit === undefined ? text : cut(text, width, "middle"), width, column);
    });
    const text = cells.join(GAP).trimEnd();
    return limit === undefined ? text : cut(text, limit, "end");
  });
}

function fit(
  columns: readonly Column[],
  lines: readonly (readonly string[])[],
  limit: number | undefined,
): number[] {
  const natural = columns.map((_, at) =>
    lines.reduce((widest, line) => Math.max(widest, stringWidth(line[at] ?? "")), 0),
  );
  const needed = natural.with(-1, Math.min(natural.at(-1) ?? 0, LAST_COLUMN));
  const total = needed.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
  return columns.map(({ shrinks }, at) => {
    const width = natural[at] ?? 0;
    if (shrinks !== true) return width;
    const room = limit === undefined ? WIDEST : Math.max(NARROWEST, width - (total - limit));
    return Math.min(width, room);
  });
}

function pad(text: string, width: number, { align }: Column): string {
  const padding = " ".repeat(Math.max(0, width - stringWidth(text)));
  return align === "right" ? padding + text : text + padding;
}

/** A cut through a wide character may leave one column too much. */
function cut(text: string, width: number, position: "middle" | "end"): string {
  const shown = cliTruncate(text, width, { position });
  return stringWidth(shown) > width ? cliTruncate(text, width - 1, { position }) : shown;
}
