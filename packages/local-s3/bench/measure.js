/**
 * What the program takes: the time until it listens, and by how much a transfer of 100 MB raises its
 * resident memory. Linux only, as the peak is read from /proc.
 *
 *   node packages/local-s3/bench/measure.js
 *
 * Ends with status 1 when a transfer raises memory by 16 MB or more.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { signRequest } from "@repo/s3-contract/requests";

const PROGRAM = fileURLToPath(new URL("../bin/local-s3.js", import.meta.url));
const KEYS = { accessKeyId: "MEASURE", secretAccessKey: "measure-secret" };
const BYTES = 100_000_000;
const LIMIT_BYTES = 16_000_000;
const STARTS = 5;
const CHUNK = Buffer.alloc(1_000_000, "local-s3 ");

const folder = await mkdtemp(join(tmpdir(), "local-s3-measure-"));
const times = [];
for (let run = 0; run < STARTS; run++) {
  const { child, milliseconds } = await start(join(folder, "start"));
  times.push(milliseconds);
  await end(child);
}
const median = times.sort((a, b) => a - b)[Math.floor(STARTS / 2)];
console.log(`start-up: ${median.toFixed(0)} ms, the median of ${STARTS}`);

let worst = 0;
for (const settings of [[], ["aws-chunked"]]) {
  const { child, server } = await start(join(folder, `data${settings.length}`));
  const put = settings.length === 0 ? putWhole : putChunked;
  // The first requests load code; they are no part of a transfer's cost.
  await put(server, "warm-up", 1_000_000);
  await get(server, "warm-up");
  for (const [name, transfer] of [
    [`upload${settings.map((each) => ` (${each})`).join("")}`, () => put(server, "large", BYTES)],
    ["download", () => get(server, "large")],
  ]) {
    const before = await beginPeak(child.pid);
    await transfer();
    const rise = (await peak(child.pid)) - before;
    worst = Math.max(worst, rise);
    console.log(
      `${name} of 100 MB: +${(rise / 1e6).toFixed(1)} MB of ${(before / 1e6).toFixed(0)} MB`,
    );
  }
  await end(child);
}
await rm(folder, { recursive: true });
process.exitCode = worst < LIMIT_BYTES ? 0 : 1;

async function start(dataDir) {
  const began = performance.now();
  const child = spawn(
    PROGRAM,
    [
      "--data",
      dataDir,
      "--access-key",
      KEYS.accessKeyId,
      "--secret-key",
      KEYS.secretAccessKey,
      "--bucket",
      "measure",
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const [line] = await once(child.stdout, "data");
  const milliseconds = performance.now() - began;
  const endpoint = /http:\/\/\S+/.exec(String(line))?.[0] ?? "";
  return { child, milliseconds, server: { endpoint, region: "us-east-1", ...KEYS } };
}

async function end(child) {
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Bytes that are resident now; forgets the highest figure so far. */
async function beginPeak(pid) {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
  return statusBytes(pid, "VmRSS");
}

function peak(pid) {
  return statusBytes(pid, "VmHWM");
}

async function statusBytes(pid, name) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

async function exchange(server, method, key, headers, payloadHash, body) {
  const path = `/measure/${key}`;
  const signed = signRequest(server, { method, path, headers }, { payloadHash });
  const outgoing = request(server.endpoint + path, {
    method,
    headers: signed.headers,
    agent: false,
  });
  const answered = once(outgoing, "response");
  for await (const chunk of body) {
    if (!outgoing.write(chunk)) await once(outgoing, "drain");
  }
  outgoing.end();
  const [response] = await answered;
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  if (response.statusCode !== 200) throw new Error(`${method} was answered ${response.statusCode}`);
  return received;
}

function* chunksOf(size) {
  for (let left = size; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, left);
}

function putWhole(server, key, size) {
  const headers = { "content-length": String(size) };
  return exchange(server, "PUT", key, headers, "UNSIGNED-PAYLOAD", chunksOf(size));
}

function putChunked(server, key, size) {
  const headers = {
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": String(size),
    "transfer-encoding": "chunked",
  };
  function* framed() {
    for (const chunk of chunksOf(size)) {
      yield `${chunk.length.toString(16)}\r\n`;
      yield chunk;
      yield "\r\n";
    }
    yield "0\r\n\r\n";
  }
  return exchange(server, "PUT", key, headers, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", framed());
}

function get(server, key) {
  return exchange(server, "GET", key, {}, "UNSIGNED-PAYLOAD", []);
}
