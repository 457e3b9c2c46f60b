import assert from "node:assert/strict";
import { Readable } from "node:stream";

import { assertAbsent, type Check, readText, rejectsWith, TEXT } from "./check.js";

function streamOf(chunks: Iterable<string> | AsyncIterable<Uint8Array>): Readable {
  if (Symbol.asyncIterator in chunks) return Readable.from(chunks, { objectMode: false });
  return Readable.from(
    [...chunks].map((text) => Buffer.from(text)),
    { objectMode: false },
  );
}

async function* failingAfter(text: string, error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  await Promise.resolve();
  throw error;
}

/** Yields some bytes, tells that they were taken, and then nothing more. */
async function* stalling(text: string, onStall: () => void): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  onStall();
  await new Promise<never>(() => undefined);
}

/** A broken storage may wait for ever; a check does not. */
async function soonSettled(call: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error("the call did not settle within 10 seconds of its abort"));
    }, 10_000);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What put promises for a body that comes as a stream. */
export const streamChecks: readonly Check[] = [
  {
    title: "a stream is stored as its bytes",
    async run({ storage, key }) {
      const body = streamOf(["one ", "two ", "three"]);
      await storage.put({ key: key("stream"), body, byteLength: 13, contentType: TEXT });
      assert.equal(await readText(storage, key("stream")), "one two three");
    },
  },
  {
    title: "a stream that fails rejects with its own error and stores nothing",
    async run({ storage, key }) {
      const failure = new Error("the source failed");
      const body = streamOf(failingAfter("bytes", failure));
      await assert.rejects(
        storage.put({ key: key("failing"), body, byteLength: 10, contentType: TEXT }),
        (error) => error === failure,
      );
      assert.equal(body.destroyed, true);
      await assertAbsent(storage, key("failing"));
    },
  },
  {
    title: "a stream that is shorter or longer than announced stores nothing",
    async run({ storage, key }) {
      for (const byteLength of [4, 6]) {
        const body = streamOf(["by", "tes"]);
        const input = { key: key("length"), body, byteLength, contentType: TEXT };
        await rejectsWith("s3_length_mismatch", () => storage.put(input));
        assert.equal(body.destroyed, true);
      }
      await assertAbsent(storage, key("length"));
    },
  },
  {
    title: "a put whose signal fires half-way is s3_aborted, destroys the stream, stores nothing",
    async run({ storage, key }) {
      const abort = new AbortController();
      const body = streamOf(
        stalling("bytes", () => {
          abort.abort();
        }),
      );
      const { signal } = abort;
      const put = storage.put({
        key: key("aborted"),
        body,
        byteLength: 10,
        contentType: TEXT,
        signal,
      });
      await rejectsWith("s3_aborted", () => soonSettled(put));
      assert.equal(body.destroyed, true);
      await assertAbsent(storage, key("aborted"));
    },
  },
];
