import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { MediaScope } from "../../src/index.js";
import type { StripFinding, StripOptions, StripReport } from "../../src/maintenance.js";
import { collect, sha256 } from "../support/bytes.js";
import { personalJpeg, personalMp3, personalPng, PLACE, SECRET } from "../support/personal.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";
import { VARIANTS } from "./variants.js";

/** What maintenance promises of files that were stored before anybody thought of privacy. */
export function describeStrip(subject: () => Subject): void {
  describe("the stripping of stored files", () => {
    let scope: MediaScope;

    let userId: string;

    beforeAll(async () => {
      userId = await subject().addUser();
      scope = subject().store.forUser(userId);
    });

    afterAll(async () => {
      for await (const { id, kind } of scope.all()) {
        await (kind === "image" ? scope.images : scope.audio).delete(id);
      }
    });

    const strip = (
      privacy: "location" | "all",
      options: Partial<StripOptions> = {},
    ): Promise<StripReport> => subject().maintenance.strip({ privacy, ...options });

    const bytesOf = async (id: string): Promise<Buffer> =>
      collect((await scope.images.download(id)).stream);

    it("gives each file another object, and removes the one that it had", async () => {
      const body = await personalJpeg();
      const { file } = await scope.images.upload({ body, filename: "a.jpg" });
      const before = await subject().keys();
      const { url } = await scope.images.url(file.id);
      expect(await strip("location")).toEqual({
        ...{ files: 1, stripped: 1, unchanged: 0, skipped: 0, failed: 0, cursor: null },
      });
      const keys = await subject().keys();
      expect(keys).toHaveLength(before.length);
      const [old = ""] = before.filter((key) => !keys.includes(key));
      expect(url).toContain(old);
      const after = await scope.images.get(file.id);
      const bytes = await bytesOf(file.id);
      expect([bytes.includes(PLACE), bytes.includes(SECRET)]).toEqual([false, true]);
      const changed = { privacy: "location", removed: ["xmp"], sha256: sha256(bytes) };
      const { byteLength: byteSize } = bytes;
      expect(after).toEqual(Object.assign(file, changed, { byteSize, updatedAt: after.updatedAt }));
      await scope.images.delete(file.id);
    });

    it("removes more of what was freed of places alone, once", async () => {
      const body = await personalJpeg();
      const { file } = await scope.images.upload({ body }, { privacy: "location" });
      expect(await strip("location")).toMatchObject({ files: 0 });
      expect(await strip("all")).toMatchObject({ files: 1, stripped: 1 });
      expect((await bytesOf(file.id)).includes(SECRET)).toBe(false);
      expect(await strip("all")).toMatchObject({ files: 0, cursor: null });
    });

    it("keeps what the uploader said of a sound", async () => {
      const body = await personalMp3();
      const said = { transcript: "Words", title: "Talk", metadata: { series: 1 } };
      const { file } = await scope.audio.upload({ body, ...said });
      expect(file.tags.comment).toBe(SECRET);
      await strip("all");
      const after = await scope.audio.get(file.id);
      expect(after).toMatchObject({ ...said, privacy: "all", removed: ["tags"] });
      expect(after.tags.comment).toBeUndefined();
    });

    it("keeps the variants of a file", async () => {
      const { images } = subject().storeWith({ variants: VARIANTS }).forUser(userId);
      const { file } = await images.upload({ body: await personalJpeg() }, { variants: ["thumb"] });
      const { url } = await images.url(file.id, { variant: "thumb" });
      expect(await strip("all")).toMatchObject({ stripped: 1 });
      const after = await images.url(file.id, { variant: "thumb" });
      expect(new URL(after.url).pathname).toBe(new URL(url).pathname);
      expect((await images.get(file.id)).placeholder).toBe(file.placeholder);
    });

    it.each([
      ["a download", async ({ images }, id) => collect((await images.download(id)).stream)],
      ["a variant", ({ images }, id) => images.variant(id, "thumb")],
    ] satisfies [string, (mine: MediaScope, id: string) => Promise<unknown>][])(
      "gives %s that comes to the object before the new one",
      async (_who, read) => {
        const mine = subject().storeWith({ variants: VARIANTS }).forUser(userId);
        const { file } = await mine.images.upload({ body: await personalJpeg() });
        const run = async (): Promise<void> => {
          expect(await strip("all")).toMatchObject({ stripped: 1 });
        };
        const fault = { type: "interleave", run } as const;
        const struck = subject().faults.add({ match: "get", times: 1, fault });
        const result = await read(mine, file.id);
        expect(struck.hits).toBe(1);
        if (Buffer.isBuffer(result)) expect(result.includes(SECRET)).toBe(false);
        else await mine.images.url(file.id, { variant: "thumb" });
        await mine.images.delete(file.id);
      },
    );

    it("keeps the key of an upload, which compares what is stored then", async () => {
      const body = await personalJpeg();
      const options = { idempotencyKey: "stripped later" };
      const { file } = await scope.images.upload({ body }, options);
      await strip("all");
      const again = await scope.images.upload({ body }, { ...options, privacy: "all" });
      expect(again.file.id).toBe(file.id);
      await expectRefusal(scope.images.upload({ body }, options), "idempotency_conflict");
    });

    it("is done once by two runs at a time", async () => {
      const body = await personalJpeg();
      for (let count = 0; count < 5; count += 1) await scope.images.upload({ body });
      const reports = await Promise.all([strip("all"), strip("all")]);
      expect(reports.map(({ failed }) => failed)).toEqual([0, 0]);
      expect(reports.reduce((sum, { stripped }) => sum + stripped, 0)).toBe(5);
    });

    it("leaves a file as it was where its new object cannot be stored, and ends where none can", async () => {
      const body = await personalJpeg();
      for (let count = 0; count < 12; count += 1) await scope.images.upload({ body });
      const before = await subject().stored();
      const refused = subject().faults.add({ match: "put", fault: { type: "error" } });
      await expectRefusal(strip("all", { parallel: 1 }), "storage_unavailable");
      refused.remove();
      expect(await subject().stored()).toEqual(before);
      expect(await strip("all")).toMatchObject({ stripped: 12 });
    });

    it("tells which files it had to leave, and goes on", async () => {
      const damaged = await personalPng();
      damaged.write("TEXT", damaged.indexOf("tEXt"));
      const left = await scope.images.upload({ body: damaged });
      const { file } = await scope.images.upload({ body: await personalJpeg() });
      const gone = await scope.images.upload({ body: await personalJpeg() });
      const key = (await subject().keys()).find((each) => each.includes(gone.file.id)) ?? "";
      await subject().s3.delete(key);
      const findings: StripFinding[] = [];
      const report = await strip("all", {
        onFinding: (finding) => {
          findings.push(finding);
        },
      });
      expect(report).toMatchObject({ files: 3, stripped: 1, failed: 2, cursor: null });
      const codes = new Map(findings.map(({ fileId, code }) => [fileId, code]));
      expect(codes.get(left.file.id)).toBe("invalid_media");
      expect(codes.get(gone.file.id)).toBe("storage_error");
      expect((await bytesOf(file.id)).includes(SECRET)).toBe(false);
      expect((await bytesOf(left.file.id)).equals(damaged)).toBe(true);
      await scope.images.deleteMany([left.file.id, gone.file.id]);
    });

    it.each(["get", "put"] as const)(
      "leaves a file to a run that is faster at %s",
      async (operation) => {
        const { file } = await scope.images.upload({ body: await personalJpeg() });
        const before = await subject().keys();
        const reports: StripReport[] = [];
        const run = async (): Promise<void> => {
          reports.push(await strip("all"));
        };
        subject().faults.add({ match: operation, times: 1, fault: { type: "interleave", run } });
        reports.push(await strip("all"));
        expect(reports).toMatchObject([
          { files: 1, stripped: 1, failed: 0 },
          { files: 1, stripped: 0, skipped: 1, failed: 0 },
        ]);
        expect((await bytesOf(file.id)).includes(SECRET)).toBe(false);
        expect(await subject().keys()).toHaveLength(before.length);
      },
    );

    it("strips once more what a run that removes less was faster with", async () => {
      const { file } = await scope.images.upload({ body: await personalJpeg() });
      const run = async (): Promise<void> => {
        await strip("location");
      };
      subject().faults.add({ match: "put", times: 1, fault: { type: "interleave", run } });
      expect(await strip("all")).toMatchObject({ files: 1, stripped: 1, failed: 0 });
      expect((await bytesOf(file.id)).includes(SECRET)).toBe(false);
    });

    it.each(["get", "put"] as const)(
      "passes over a file that is deleted before the %s",
      async (operation) => {
        const { file } = await scope.images.upload({ body: await personalJpeg() });
        const before = await subject().keys();
        const run = () => scope.images.delete(file.id);
        subject().faults.add({ match: operation, times: 1, fault: { type: "interleave", run } });
        expect(await strip("all")).toMatchObject({ files: 1, skipped: 1, failed: 0 });
        expect(await subject().keys()).toHaveLength(before.length - 1);
      },
    );

    it("ends with what is no failure of a file or a server", async () => {
      const { file } = await scope.images.upload({ body: await personalJpeg() });
      const run = (): void => {
        throw new TypeError("a fault of the program");
      };
      subject().faults.add({ match: "get", times: 1, fault: { type: "interleave", run } });
      await expect(strip("all")).rejects.toThrow("a fault of the program");
      await scope.images.delete(file.id);
    });

    it("continues by its cursor", async () => {
      const body = await personalJpeg();
      for (let count = 0; count < 3; count += 1) await scope.images.upload({ body });
      const first = await strip("all", { maxFiles: 2, parallel: 1 });
      expect(first).toMatchObject({ files: 2, stripped: 2 });
      expect(first.cursor).not.toBeNull();
      const rest = await strip("all", { cursor: first.cursor });
      expect(rest).toMatchObject({ files: 1, stripped: 1, cursor: null });
    });

    it("refuses options out of their bounds", async () => {
      await expectRefusal(strip("keep" as "all"), "invalid_input");
      await expectRefusal(strip("all", { parallel: 0 }), "invalid_input");
      await expectRefusal(strip("all", { cursor: "elsewhere" }), "invalid_cursor");
      await expectRefusal(strip("all", { signal: AbortSignal.abort() }), "operation_aborted");
    });
  });
}
