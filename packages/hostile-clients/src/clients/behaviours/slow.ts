import { setTimeout as sleep } from "node:timers/promises";

import type { Behaviour } from "../behaviour.js";
import { fileHead, formOf } from "../form.js";
import { FormRequest } from "../form-request.js";
import { PATIENCE } from "../patience.js";

/** Milliseconds between the bytes of who drips, and between the bursts of who sends tiny chunks. */
const DRIP_INTERVAL = 500;
const BURST_INTERVAL = 50;
const CHUNKS_PER_BURST = 20;

/** Clients that never come to an end. What multer waits for is ended by the time of the request. */
export const slow: readonly Behaviour[] = [
  {
    name: "falls silent in mid-file",
    async act({ port, picture, random }) {
      const request = new FormRequest(port);
      await request.send(fileHead());
      const share = 0.1 + 0.8 * random();
      await request.send(picture.bytes.subarray(0, Math.floor(share * picture.bytes.byteLength)));
      return [await request.answer(PATIENCE)];
    },
    right: [["source_failed"]],
  },
  {
    name: "sends headers alone",
    async act({ port, picture }) {
      const request = new FormRequest(port, { "Content-Length": picture.bytes.byteLength });
      request.sendHeaders();
      return [await request.answer(PATIENCE)];
    },
    right: [["http 408"]],
  },
  {
    name: "drips a byte now and then",
    async act({ port, picture }) {
      const request = new FormRequest(port);
      await request.send(fileHead());
      const half = Math.floor(picture.bytes.byteLength / 2);
      await request.send(picture.bytes.subarray(0, half));
      for (let at = half; !request.isOver; at += 1) {
        await request.send(picture.bytes.subarray(at, at + 1));
        await sleep(DRIP_INTERVAL);
      }
      return [await request.answer(PATIENCE)];
    },
    // Who still sends may miss the answer of a server that hangs up.
    right: [["upload_expired", "nothing"]],
  },
  {
    name: "sends chunks of one byte for ever",
    async act({ port, picture }) {
      const request = new FormRequest(port);
      await request.send(fileHead());
      await request.send(picture.bytes.subarray(0, -1));
      while (!request.isOver) {
        for (let count = 0; count < CHUNKS_PER_BURST; count += 1) {
          await request.send(Buffer.alloc(1));
        }
        await sleep(BURST_INTERVAL);
      }
      return [await request.answer(PATIENCE)];
    },
    // Who still sends may miss the answer of a server that hangs up.
    right: [["upload_expired", "nothing"]],
  },
  {
    name: "announces more than it sends",
    async act({ port, picture }) {
      const form = formOf(picture.bytes);
      const request = new FormRequest(port, { "Content-Length": form.byteLength + 10_000 });
      await request.send(form);
      return [await request.answer(PATIENCE)];
    },
    // The file has come whole.
    right: [["stored"]],
  },
];
