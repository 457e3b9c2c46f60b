import { nameOf } from "../cases/case.js";
import type { EventsSummary } from "../events/prove-events.js";
import type { CaseResult } from "../run/run-case.js";
import type { Summary } from "../run/tally.js";

/** Shows a run as it goes. */
export interface Reporter {
  skipped(useCases: number, why: string): void;
  planned(cases: number): void;
  result(result: CaseResult): void;
  /** Shows what became of the events. */
  heard(summary: EventsSummary): void;
  end(summary: Summary): void;
}

/** One JSON object a line. */
export function jsonReporter(out: NodeJS.WritableStream): Reporter {
  const line = (value: object): void => {
    out.write(`${JSON.stringify(value)}\n`);
  };
  return {
    skipped(useCases, why) {
      line({ skippedUseCases: useCases, why });
    },
    planned: () => undefined,
    result(result) {
      const { current, struck, findings, milliseconds } = result;
      line({
        case: nameOf(current),
        ...current,
        struck,
        lost: findings.lost.size,
        orphaned: findings.orphaned.size,
        deadRows: findings.deadRows.size,
        wrong: findings.wrong.size,
        ...(findings.all.length > 0 && { findings: findings.all }),
        milliseconds,
      });
    },
    heard(summary) {
      line({ proof: "events", ...summary });
    },
    end(summary) {
      line({ summary: true, ...summary });
    },
  };
}

/** What went wrong, a line of progress on a terminal, and the figures. */
export function textReporter(out: NodeJS.WriteStream): Reporter {
  let done = 0;
  let total: number | undefined;
  const above = (text: string): void => {
    out.write(out.isTTY ? `\r\u001B[2K${text}` : text);
  };
  return {
    skipped(useCases, why) {
      above(`${useCases} use cases are skipped: ${why}\n`);
    },
    planned(cases) {
      total = cases;
    },
    result({ current, struck, findings }) {
      done += 1;
      const problems = [...findings.all, ...(struck ? [] : ["the trouble never came"])];
      if (problems.length > 0) above(`${nameOf(current)}\n  ${problems.join("\n  ")}\n`);
      if (out.isTTY) above(`${done}/${total ?? "?"} ${nameOf(current)}`.slice(0, out.columns - 1));
    },
    heard(summary) {
      above(`${figuresOf(summary)}\n`);
    },
    end({ seconds, ...counts }) {
      above(`${figuresOf(counts)} in ${seconds} s\n`);
    },
  };
}

function figuresOf(counts: object): string {
  const entries: [string, unknown][] = Object.entries(counts);
  return entries.map(([what, count]) => `${String(count)} ${words(what)}`).join(", ");
}

function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
