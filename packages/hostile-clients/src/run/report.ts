import type { Measurement } from "../messages.js";
import { type Evidence, judge, memoryOf } from "./judge.js";

/** What a run showed. */
export interface Report {
  readonly clients: number;
  readonly seed: number;
  readonly seconds: number;
  /** How many answers of each code there were. */
  readonly answers: Readonly<Record<string, number>>;
  readonly files: number;
  /** Uploads that are unfinished. */
  readonly uploads: number;
  /** Uploads whose last request to S3 was not answered: the sweep removes what may come of it. */
  readonly removals: number;
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
  run: Pick<Report, "clients" | "seed" | "seconds">,
): Report {
  const { visits, stored, start, end } = evidence;
  const answers: Record<string, number> = {};
  for (const { code } of visits.flatMap((visit) => visit.answers)) {
    answers[code] = (answers[code] ?? 0) + 1;
  }
  const rowsThatAre = (wanted: Evidence["stored"]["rows"][number]["state"]): number =>
    stored.rows.filter(({ state }) => state === wanted).length;
  return {
    ...run,
    seconds: Math.round(run.seconds * 10) / 10,
    answers,
    files: rowsThatAre("file"),
    uploads: rowsThatAre("upload"),
    removals: rowsThatAre("removal"),
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
  const { clients, seconds, answers, files, start, end, growth, findings } = report;
  const counts = Object.entries(answers)
    .sort(([, first], [, second]) => second - first)
    .map(([code, count]) => `${count} ${code}`);
  const verdict = findings.length === 0 ? "nothing is left" : `${findings.length} findings`;
  const memory = `${megabytes(memoryOf(start))} MB before, ${megabytes(memoryOf(end))} MB after (${megabytes(growth)} MB)`;
  return [
    `${clients} clients in ${seconds} s: ${counts.join(", ")}; ${files} files stored; memory ` +
      `${memory}; descriptors ${start.descriptors} before, ${end.descriptors} after: ${verdict}.`,
    ...findings,
  ].join("\n");
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
