import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";

import { fromPath } from "@repo/object-store";

const bytes = () => Buffer.from("GIF89a\x01\0\x01\0\0\0\0;", "latin1");

/** Each makes a body anew, as most can be read once only. Those that hang take their time. */
export const HOSTILE_BODIES = {
  "a buffer": () => bytes(),
  "no bytes": () => Buffer.alloc(0),
  "detached memory": () => {
    const detached = new Uint8Array(10);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    return detached;
  },
  "shared memory": () => new Uint8Array(new SharedArrayBuffer(100)),
  "no real Uint8Array": () => Object.create(Uint8Array.prototype),
  "a blob": () => new Blob([bytes()]),
  "no real blob": () => Object.create(Blob.prototype),
  "a path": () => fromPath("/nonexistent/a.gif"),
  "a folder": () => fromPath("/"),
  "a missing file's stream": () => createReadStream("/nonexistent/a.gif"),
  "a stream that fails at once": () =>
    new Readable({
      read() {
        this.destroy(new Error("no"));
      },
    }),
  "a stream that is destroyed": () => new Readable({ read() {} }).destroy(new Error("gone")),
  "a stream that was cut": () => Object.assign(Readable.from([bytes()]), { truncated: true }),
  "a stream of text": () => Readable.from(["GIF89a"]),
  "a stream of objects": () => Readable.from([{ a: 1 }]),
  "a stream of nothing": () => Readable.from([]),
  "a locked web stream": () => {
    const stream = new ReadableStream();
    stream.getReader();
    return stream;
  },
  "a web stream that fails": () =>
    new ReadableStream({ start: (controller) => controller.error(new Error("no")) }),
  "a promise that fails": () => Promise.reject(new Error("not waited for")),
  "an iterable that throws": () => ({
    [Symbol.asyncIterator]: () => {
      throw new Error("no");
    },
  }),
  "an iterable without iterator": () => ({ [Symbol.asyncIterator]: () => undefined }),
  "an iterable that is none": () => ({ [Symbol.asyncIterator]: 5 }),
  "an iterator without next": () => iterable({}),
  "an iterator that gives nothing": () => iterable({ next: () => undefined }),
  "an iterator that throws": () =>
    iterable({
      next: () => {
        throw new Error("no");
      },
    }),
  "an iterator that rejects": () => iterable({ next: () => Promise.reject(new Error("no")) }),
  "an iterator of no real bytes": () =>
    iterable({ next: () => ({ done: false, value: Object.create(Uint8Array.prototype) }) }),
  "an iterator whose return throws": () =>
    iterable({
      ...once(bytes()),
      return: () => {
        throw new Error("no");
      },
    }),
  "an iterator whose return gives no promise": () =>
    iterable({ ...once(Buffer.from("%PDF")), return: () => 5 }),
  "an iterator whose return rejects": () =>
    iterable({ ...once(Buffer.from("%PDF")), return: () => Promise.reject(new Error("no")) }),
  "single bytes": () => Readable.from(Array.from(bytes(), (byte) => Buffer.of(byte))),
  "empty chunks": () => Readable.from([Buffer.of(), bytes(), Buffer.of()]),
};

/** Those that would go on for ever. */
export const ENDLESS_BODIES = {
  "endless empty chunks": async function* () {
    for (;;) yield Buffer.of();
  },
  "an endless file": async function* () {
    yield bytes();
    for (;;) yield Buffer.alloc(1_000_000);
  },
  "a stream that says nothing": () => new Readable({ read() {} }),
  "an iterator that never answers": () => iterable({ next: () => new Promise(() => undefined) }),
};

function iterable(iterator) {
  return { [Symbol.asyncIterator]: () => iterator };
}

function once(chunk) {
  let rest = [chunk];
  return {
    next: () => {
      const [value] = rest;
      rest = [];
      return Promise.resolve({ done: value === undefined, value });
    },
  };
}
