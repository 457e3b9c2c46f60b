import type { Measurement } from "../messages.js";
import { type Evidence, judge, memoryOf } from "./judge.js";
import type { ProofOptions } from "./prove.js";

/** What a run showed. */
export interface Report {
  readonly clients: number;
  readonly seed: number;
  readonly seconds: number;
  /** How many answers of each code there were. */
  readonly answers: Readonly<Record<string, number>>;
  readonly ready: number;
  readonly pending: number;
  /** Rows of uploads whose last request to S3 was not answered: the sweep removes them. */
  readonly deleting: number;
  readonly objects: number;
  readonly multipartUploads: number;
  readonly start: Measurement;
  readonly end: Measurement;
  /** Bytes of heap, external memory and array buffers at the end that were not there at the start. */
  readonly growth: number;
  /** What was wrong; empty when all was well. */
  readonly findings: readonly string[];
}

export function reportOf(
  evidence: Evidence,
  run: ProofOptions & { readonly seconds: number },
): Report {
  const { visits, stored, start, end } = evidence;
  const answers: Record<string, number> = {};
  for (const { code } of visits.flatMap((visit) => visit.answers)) {
    answers[code] = (answers[code] ?? 0) + 1;
  }
  const rowsWith = (wanted: string): number =>
    stored.rows.filter(({ status }) => status === wanted).length;
  return {
    ...run,
    seconds: Math.round(run.seconds * 10) / 10,
    answers,
    ready: rowsWith("ready"),
    pending: rowsWith("pending"),
    deleting: rowsWith("deleting"),
    objects: stored.objects.size,
    multipartUploads: stored.unfinished.length,
    start,
    end,
    growth: memoryOf(end) - memoryOf(start),
    findings: judge(evidence),
  };
}

/** One line for people, and one for each finding. */
export function textOf(report: Report): string {
  const { clients, seconds, answers, ready, start, end, growth, findings } = report;
  const counts = Object.entries(answers)
    .sort(([, first], [, second]) => second - first)
    .map(([code, count]) => `${count} ${code}`);
  const verdict = findings.length === 0 ? "nothing is left" : `${findings.length} findings`;
  const memory = `${megabytes(memoryOf(start))} MB before, ${megabytes(memoryOf(end))} MB after (${megabytes(growth)} MB)`;
  return [
    `${clients} clients in ${seconds} s: ${counts.join(", ")}; ${ready} files stored; memory ` +
      `${memory}; descriptors ${start.descriptors} before, ${end.descriptors} after: ${verdict}.`,
    ...findings,
  ].join("\n");
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
