import { createHash } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { beginRequest } from "../requests/begun-request.js";
import { signRequest } from "../requests/signer.js";
import { type Subject } from "../subject.js";

const MEBIBYTE = 1024 * 1024;

/** Sends `sent` bytes of a PUT of `length`, gives them the time to arrive, and breaks off. */
async function breakOff(s3: Subject, key: string, length: number, sent: number): Promise<void> {
  const headers = { "content-length": String(length) };
  const request = { method: "PUT", path: s3.path(key), headers };
  const socket = await beginRequest(s3.server, request, Buffer.alloc(sent, "new"));
  await sleep(100);
  socket.resetAndDestroy();
}

export const interruptions: CheckGroup = {
  name: "a connection",
  dialects: HTTP_DIALECT,
  checks: {
    async "that breaks off in an upload leaves the old object whole and no new one"(s3) {
      await s3.put("old", "old");
      for (const [length, sent] of [
        [5 * MEBIBYTE, MEBIBYTE],
        [1000, 999],
        [10, 0],
      ] as const) {
        await breakOff(s3, "old", length, sent);
        await breakOff(s3, "new", length, sent);
      }
      await sleep(200);
      expect(await s3.get("old")).toMatchObject({ status: 200, text: "old" });
      expect(await s3.get("new")).toMatchObject({ status: 404 });
      expect(await s3.keys()).toEqual(["old"]);
    },

    async "shows nothing of an upload before its last byte"(s3) {
      const headers = { "content-length": "4" };
      const request = { method: "PUT", path: s3.path("late"), headers };
      const socket = await beginRequest(s3.server, request, "lat");
      await sleep(100);
      expect(await s3.get("late")).toMatchObject({ status: 404 });
      const answered = once(socket, "data");
      socket.write("e");
      await answered;
      expect(await s3.get("late")).toMatchObject({ status: 200, text: "late" });
      socket.destroy();
    },

    async "that breaks off in a download harms nobody"(s3) {
      const body = Buffer.alloc(4 * MEBIBYTE, "download");
      await s3.put("download", body);
      for (let times = 0; times < 5; times++) {
        const socket = await beginRequest(s3.server, { method: "GET", path: s3.path("download") });
        await once(socket, "data");
        socket.resetAndDestroy();
      }
      expect((await s3.get("download")).body.equals(body)).toBe(true);
    },

    async "goes on with the bytes that its download began with"(s3) {
      const body = Buffer.alloc(24 * MEBIBYTE, "A");
      await s3.put("busy", body);
      const { headers } = signRequest(s3.server, { method: "GET", path: s3.path("busy") });
      const response = await fetch(`${s3.server.endpoint}${s3.path("busy")}`, { headers });
      await s3.put("busy", "B");
      const got = createHash("md5");
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) got.update(chunk);
      expect(got.digest("hex")).toBe(createHash("md5").update(body).digest("hex"));
      expect(await s3.get("busy")).toMatchObject({ text: "B" });
    },
  },
};
