import { printable } from "@repo/command-line/printable";
import { tableLines } from "@repo/command-line/table";
import { formatBytes, formatCount, formatDuration } from "@repo/command-line/units";

import type { Stored } from "../stored.js";
import { holdsExactly, type RssTrend, type Summary } from "../summary.js";

/** A summary for the person at the terminal. */
export function summaryText(summary: Summary): string {
  const { seconds, concurrency, operations, failures, expectedFiles, rss } = summary;
  const rows = [
    [
      "load",
      `${formatDuration(seconds)}, ${concurrency} at once${summary.complete ? "" : ", ended early"}`,
    ],
    ...Object.entries(operations).map(([name, count]) => [words(name), formatCount(count, "time")]),
    ["operations", `${summary.operationsPerSecond.toFixed(1)} per second`],
    ["uploaded", formatBytes(summary.uploadedBytes)],
    ["downloaded", `${formatBytes(summary.downloadedBytes)}, each file's SHA-256 compared`],
    ["memory (RSS)", rss === null ? "too short a run to tell" : trendText(rss)],
    ["event loop", `${delayText(summary)} behind`],
    ["connections", connectionsText(summary)],
    ["after the load", storedText(summary.afterLoad, expectedFiles)],
    ["after deletion", storedText(summary.afterDeletion, 0)],
    ["failures", `${failures}, ${summary.wrongHashes} of them wrong bytes`],
  ];
  const table = tableLines([{ title: "measure" }, { title: "result" }], rows);
  const told = summary.failureMessages.map((message) => `  ${printable(message)}`);
  return [...table, ...told].join("\n");
}

function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function trendText({ windowSeconds, firstMedianBytes, lastMedianBytes }: RssTrend): string {
  const window = formatDuration(windowSeconds);
  return `median ${formatBytes(firstMedianBytes)} in the first ${window}, ${formatBytes(lastMedianBytes)} in the last`;
}

function delayText({ delayP50Ms, delayP99Ms }: Summary): string {
  return `p50 ${delayP50Ms.toFixed(1)} ms, p99 ${delayP99Ms.toFixed(1)} ms`;
}

function connectionsText({ maxDatabaseConnections, maxS3Sockets }: Summary): string {
  return `at most ${maxDatabaseConnections} to PostgreSQL, ${maxS3Sockets} to S3`;
}

function storedText(stored: Stored, expectedFiles: number): string {
  const { files, unfinished, objects, multipartUploads } = stored;
  const rows = `${formatCount(files, "file row")}, ${formatCount(unfinished, "journal row")}`;
  const bucket = `${formatCount(objects, "object")}, ${formatCount(multipartUploads, "open multipart upload")}`;
  const verdict = holdsExactly(stored, expectedFiles)
    ? "as expected"
    : `NOT the ${expectedFiles} files expected`;
  return `${rows}, ${bucket}: ${verdict}`;
}
