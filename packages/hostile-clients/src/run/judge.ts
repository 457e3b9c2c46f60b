import { TOO_SLOW } from "../clients/answer.js";
import type { Visit } from "../clients/run-clients.js";
import type { Measurement } from "../messages.js";
import type { Stored } from "./observe.js";

/** Bytes by which the memory of the servers may have grown. */
const MAX_GROWTH = 10_000_000;

/** Descriptors by which they may have: a connection that is being opened or closed, as to S3. */
const MAX_MORE_DESCRIPTORS = 5;

/** Clients of one kind of which one at least is quick enough. */
const ENOUGH = 4;

export interface Evidence {
  readonly visits: readonly Visit[];
  readonly stored: Stored;
  readonly start: Measurement;
  readonly end: Measurement;
}

/** What is wrong, in sentences; nothing when all is well. */
export function judge({ visits, stored, start, end }: Evidence): string[] {
  return [
    ...end.faults,
    ...wrongMeasurements(start, end),
    ...visits.flatMap(wrongAnswers),
    ...neverRight(visits),
    ...wrongFiles(visits, stored),
    ...leftovers(stored),
  ];
}

/** Whether the process has given back what it took. */
export function hasRested(start: Measurement, end: Measurement): boolean {
  return wrongMeasurements(start, end).length === 0;
}

/** Bytes that JavaScript holds. */
export function memoryOf({ heapUsed, external, arrayBuffers }: Measurement): number {
  return heapUsed + external + arrayBuffers;
}

function wrongMeasurements(start: Measurement, end: Measurement): string[] {
  const findings: string[] = [];
  const growth = memoryOf(end) - memoryOf(start);
  if (growth > MAX_GROWTH) findings.push(`the memory grew by ${growth} bytes`);
  const more = end.descriptors - start.descriptors;
  if (more > MAX_MORE_DESCRIPTORS) findings.push(`${more} more descriptors are open`);
  return findings;
}

function wrongAnswers({ behaviour, parser, answers }: Visit): string[] {
  const { name, right, isHonest = false } = behaviour;
  const isComplete = answers.length === right.length || answers.at(-1)?.code === "http 408";
  const areFine = answers.every(
    ({ code }, at) => right[at]?.includes(code) === true || (!isHonest && TOO_SLOW.includes(code)),
  );
  if (isComplete && areFine) return [];
  return [`who ${name} was answered by ${parser}: ${codesOf(answers)}`];
}

/** Whoever is always too slow was not: a route waits for what does not come. */
function neverRight(visits: readonly Visit[]): string[] {
  const names = new Set(visits.map(({ behaviour }) => behaviour.name));
  return [...names]
    .map((name) => visits.filter(({ behaviour }) => behaviour.name === name))
    .filter((alike) => alike.length >= ENOUGH && !alike.some(isRight))
    .map(([first]) => `who ${first?.behaviour.name ?? ""} was never answered as it should be`);
}

function isRight({ behaviour: { right }, answers }: Visit): boolean {
  const { length } = right;
  return (
    answers.length === length && right.every((codes, at) => codes.includes(answers[at]?.code ?? ""))
  );
}

function codesOf(answers: Visit["answers"]): string {
  return answers.map(({ code }) => code).join(", ") || "nothing";
}

/** What was answered to be stored is so, and what is stored is a whole picture. */
function wrongFiles(visits: readonly Visit[], { rows, objects }: Stored): string[] {
  const files = rows.filter(({ state }) => state === "file");
  const byId = new Map(files.map((row) => [row.id, row]));
  const lost = visits.flatMap(({ answers, picture, behaviour }) =>
    answers
      .filter(({ id }) => id !== undefined && byId.get(id)?.sha256 !== picture.sha256)
      .map(({ id }) => `${id ?? ""} of who ${behaviour.name} is not what was sent`),
  );
  const pictures = new Set(visits.map(({ picture }) => picture.sha256));
  const half = files
    .filter(({ sha256, s3_key: key }) => !pictures.has(sha256 ?? "") || objects.get(key) !== sha256)
    .map(({ id }) => `${id} is no picture that was sent, or its object is not`);
  const keys = new Set(files.map(({ s3_key: key }) => key));
  const orphans = [...objects.keys()]
    .filter((key) => !keys.has(key))
    .map((key) => `${key} has no row`);
  return [...lost, ...half, ...orphans];
}

function leftovers({ rows, unfinished, temporaryFiles }: Stored): string[] {
  return [
    ...rows
      .filter(({ state }) => state === "upload")
      .map(({ id }) => `the upload ${id} still holds its lease`),
    ...unfinished.map((key) => `a multipart upload of ${key} is unfinished`),
    ...temporaryFiles.map((name) => `the temporary file ${name} is still there`),
  ];
}
