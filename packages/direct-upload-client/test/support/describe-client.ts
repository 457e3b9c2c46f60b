import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { DirectUpload } from "@repo/object-store";

import type { DirectUploadRequests } from "../../src/index.js";
import { type Application, startApplication } from "./application.js";
import type { Outcome, Platform, Task } from "./platform.js";

const PART_BYTES = 8 * 1024 * 1024;

/** What the client does, wherever it runs. */
export function describeClient(
  name: string,
  open: (application: Application) => Promise<Platform>,
): void {
  describe(name, () => {
    let application: Application;
    let platform: Platform;

    beforeAll(async () => {
      application = await startApplication();
      platform = await open(application);
    });

    afterEach(() => {
      application.faults.clear();
    });

    afterAll(async () => {
      await platform.close();
      await application.close();
    });

    const create = (file: Task["file"], expiresIn = 60): Promise<DirectUpload> =>
      application.audio.createDirectUpload(
        { byteSize: application[file].byteLength },
        { expiresIn },
      );

    const left = async ({ id }: DirectUpload): Promise<DirectUploadRequests | null> =>
      (await application.audio.directUpload(id, { withRequests: true })).requests;

    /** Sends with what was created first, and with what is left from then on. */
    const send = (
      upload: DirectUpload,
      file: Task["file"],
      settings: Omit<Task, "file" | "answers"> = {},
    ): Promise<Outcome> => {
      const goOn = (): Promise<DirectUploadRequests | null> => left(upload);
      const answers = [() => Promise.resolve(upload), goOn, goOn];
      return platform.upload({ file, answers, ...settings });
    };

    async function expectStored({ id }: DirectUpload, file: Task["file"]): Promise<void> {
      const { audio } = application;
      const { file: stored } = await audio.completeDirectUpload(id);
      const { stream } = await audio.download(stored.id);
      expect((await buffer(stream)).equals(application[file])).toBe(true);
    }

    const isPart = ({ operation }: { operation: string }): boolean => operation === "UploadPart";

    it.each(["small", "large"] as const)("sends a %s file and tells its progress", async (file) => {
      const upload = await create(file);
      const { failure, progress } = await send(upload, file);
      expect(failure).toBeUndefined();
      const byteSize = application[file].byteLength;
      expect(progress[0]).toEqual({ sentBytes: 0, byteSize });
      expect(progress.at(-1)).toEqual({ sentBytes: byteSize, byteSize });
      const bytes = progress.map(({ sentBytes }) => sentBytes);
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
      await expectStored(upload, file);
    });

    it("goes on in another page where it was aborted", async () => {
      const upload = await create("large");
      // Of the first part the answer has come by then.
      const aborted = await send(upload, "large", { abortAt: PART_BYTES + 1, concurrency: 1 });
      expect(aborted.failure).toMatchObject({ name: "DirectUploadError", code: "upload_aborted" });
      const rest = await left(upload);
      const missing = rest?.parts ?? [];
      expect([1, 2]).toContain(missing.length);
      const uploads = application.faults.add({ match: isPart, fault: { type: "delay", ms: 0 } });
      const resumed = await platform.upload({
        file: "large",
        answers: [() => Promise.resolve(rest)],
      });
      expect(resumed.failure).toBeUndefined();
      expect(resumed.progress[0]?.sentBytes).toBe(missing[0]?.offset);
      expect(uploads.hits).toBe(missing.length);
      await expectStored(upload, "large");
    });

    it("sends nothing where nothing is left", async () => {
      const answers = [() => Promise.resolve(null)];
      const { failure, progress } = await platform.upload({ file: "small", answers });
      expect(failure).toBeUndefined();
      expect(progress).toEqual([{ sentBytes: 300_000, byteSize: 300_000 }]);
    });

    it("repeats what S3 is too busy for, what is cut and whose answer is lost", async () => {
      const upload = await create("large");
      const { faults } = application;
      const busy = { type: "error", status: 503, code: "SlowDown" } as const;
      const cut = { type: "resetAfterBytes", bytes: 1_000_000 } as const;
      const rules = [busy, cut, { type: "loseResponse" } as const].map((fault) =>
        faults.add({ match: isPart, times: 1, fault }),
      );
      const { failure, progress } = await send(upload, "large");
      expect(failure).toBeUndefined();
      expect(rules.map(({ hits }) => hits)).toEqual([1, 1, 1]);
      expect(progress.at(-1)?.sentBytes).toBe(application.large.byteLength);
      await expectStored(upload, "large");
    });

    it("is interrupted once S3 is too busy in every attempt, and can go on", async () => {
      const upload = await create("large");
      const fault = { type: "error", status: 503, code: "SlowDown" } as const;
      const rule = application.faults.add({ match: isPart, fault });
      const { failure } = await send(upload, "large", { retries: 1, concurrency: 1 });
      expect(failure).toMatchObject({
        code: "upload_interrupted",
        status: 503,
        s3Code: "SlowDown",
      });
      expect(rule.hits).toBe(2);
      rule.remove();
      expect((await send(upload, "large")).failure).toBeUndefined();
      await expectStored(upload, "large");
    });

    it.each(["small", "large"] as const)(
      "asks the application anew once the requests for a %s file have expired",
      async (file) => {
        const upload = await create(file, 1);
        await sleep(2_100);
        const alone = await send(upload, file, { withoutRefresh: true });
        expect(alone.failure).toMatchObject({
          code: "upload_refused",
          status: 403,
          s3Code: "AccessDenied",
        });
        const refreshed = await send(upload, file);
        expect(refreshed.failure).toBeUndefined();
        await expectStored(upload, file);
      },
    );

    it("gives up where S3 refuses what was signed anew", async () => {
      const upload = await create("large");
      const fault = { type: "error", status: 403, code: "AccessDenied" } as const;
      const rule = application.faults.add({ match: isPart, fault });
      const { failure } = await send(upload, "large", { concurrency: 1 });
      expect(failure).toMatchObject({ code: "upload_refused", s3Code: "AccessDenied" });
      expect(rule.hits).toBe(2);
    });

    it("does not try a part again once another one was refused", async () => {
      const upload = await create("large");
      const busy = { type: "error", status: 503, code: "SlowDown" } as const;
      const refused = { type: "error", status: 403, code: "AccessDenied" } as const;
      let requests = 0;
      const isNext = (at: number) => (call: { operation: string }) =>
        isPart(call) && (requests += 1) === at;
      application.faults.add({ match: isNext(2), fault: refused });
      const others = application.faults.add({ match: isPart, fault: busy });
      const settings = { concurrency: 2, withoutRefresh: true };
      const { failure } = await send(upload, "large", settings);
      expect(failure).toMatchObject({ code: "upload_refused", s3Code: "AccessDenied" });
      expect(others.hits).toBe(1);
    });

    it("gives up where the application never says that less is left", async () => {
      const upload = await create("large");
      const fault = { type: "error", status: 403, code: "AccessDenied" } as const;
      let requests = 0;
      const match = (call: { operation: string }): boolean =>
        isPart(call) && (requests += 1) % 2 === 0;
      application.faults.add({ match, fault });
      const answers = Array.from({ length: 9 }, () => () => Promise.resolve(upload));
      const { failure } = await platform.upload({ file: "large", answers, concurrency: 1 });
      expect(failure).toMatchObject({ code: "upload_refused", s3Code: "AccessDenied" });
      expect(requests).toBe(4);
    });

    it("does not wait for the application once it is aborted", async () => {
      const upload = await create("small", 1);
      await sleep(2_100);
      const { failure } = await send(upload, "small", { abortInRefresh: true });
      expect(failure).toMatchObject({ code: "upload_aborted" });
    });

    it("ends well where the application says that nothing is left", async () => {
      const upload = await create("large", 1);
      await sleep(2_100);
      const answers = [() => Promise.resolve(upload), () => Promise.resolve(null)];
      const { failure, progress } = await platform.upload({ file: "large", answers });
      expect(failure).toBeUndefined();
      expect(progress.at(-1)?.sentBytes).toBe(application.large.byteLength);
    });

    it("fails with what the application refuses to go on with", async () => {
      const upload = await create("large", 1);
      await sleep(2_100);
      const refuse = (): Promise<never> => Promise.reject(new Error("log in again"));
      const answers = [() => Promise.resolve(upload), refuse];
      const { failure } = await platform.upload({ file: "large", answers });
      expect(failure?.message).toContain("log in again");
    });

    it("sends nothing of a file of another size than was announced", async () => {
      const upload = await create("large");
      const { failure, progress } = await send(upload, "small");
      expect(failure).toMatchObject({ code: "wrong_file" });
      expect(progress).toEqual([]);
    });

    it("ends with what onProgress throws, and keeps what S3 has", async () => {
      const upload = await create("large");
      const settings = { throwAt: PART_BYTES + 1, concurrency: 1 };
      const { failure } = await send(upload, "large", settings);
      expect(failure?.message).toBe("the bar is gone");
      expect((await left(upload))?.parts?.[0]?.offset).toBeGreaterThanOrEqual(PART_BYTES);
    });

    it.each([{ retries: -1 }, { retries: 0.5 }, { concurrency: 0 }, { concurrency: NaN }])(
      "refuses the options %p",
      async (settings) => {
        const { failure } = await send(await create("small"), "small", settings);
        expect(failure?.name).toBe("RangeError");
      },
    );
  });
}
