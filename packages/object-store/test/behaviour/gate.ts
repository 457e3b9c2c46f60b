import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";

import { beforeAll, describe, expect, it } from "@jest/globals";
import { sizedMedia, validSamples } from "@repo/sample-media";

import {
  type BeforeReady,
  type DirectUpload,
  FileRefusedError,
  type ImageRules,
  type Input,
  InvalidMediaError,
  type MediaScope,
  type PendingFile,
  type UploadProgress,
} from "../../src/index.js";
import { collect, pieces, sha256 } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { sampleOf } from "../support/samples.js";
import { expectGone, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";
import { VARIANTS } from "./variants.js";

/** What the public interface promises of what a file has to pass before it is one. */
export function describeGate(subject: () => Subject): void {
  describe("before it is a file", () => {
    let userId: string;
    let png: Uint8Array;
    let width: number;
    let height: number;

    beforeAll(async () => {
      userId = await subject().addUser();
      png = (await sampleOf("png")).bytes;
      const { file } = await subject().store.forUser(userId).images.upload({ body: png });
      ({ width, height } = file);
    });

    async function sent(scope: MediaScope): Promise<DirectUpload> {
      const direct = await scope.images.createDirectUpload({ byteSize: png.byteLength });
      expect(await sendPut(direct.put, png)).toBe(200);
      return direct;
    }

    describe("a rule", () => {
      it("lets what meets it pass", async () => {
        const { images, audio } = subject().store.forUser(userId);
        const ratio = width / height;
        const rules = {
          formats: ["png"],
          maxBytes: png.byteLength,
          ...{ minWidth: width, maxWidth: width, minHeight: height, maxHeight: height },
          ...{ minAspectRatio: ratio, maxAspectRatio: ratio, maxPages: 1 },
        } as const;
        const { file } = await images.upload({ body: png }, { rules });
        expect(file.sha256).toBe(sha256(png));
        const { bytes: body } = await sampleOf("wav");
        const { durationSeconds } = (await audio.upload({ body })).file;
        await audio.upload(
          { body },
          {
            rules: {
              formats: ["wav", "flac"],
              minDurationSeconds: durationSeconds,
              maxDurationSeconds: durationSeconds,
            },
          },
        );
      });

      it("refuses what breaks it, says how, and leaves nothing", async () => {
        const { images } = subject().store.forUser(userId);
        const ratio = width / height;
        const broken: [Input<ImageRules>, object][] = [
          [{ minWidth: width + 1 }, { rule: "minWidth", expected: width + 1, actual: width }],
          [{ maxWidth: width - 1 }, { rule: "maxWidth", expected: width - 1, actual: width }],
          [{ minHeight: height + 1 }, { rule: "minHeight", expected: height + 1, actual: height }],
          [{ maxHeight: height - 1 }, { rule: "maxHeight", expected: height - 1, actual: height }],
          [{ minAspectRatio: ratio + 1 }, { rule: "minAspectRatio", actual: ratio }],
          [{ maxAspectRatio: ratio / 2 }, { rule: "maxAspectRatio", actual: ratio }],
        ];
        for (const [rules, facts] of broken) {
          for (const body of [png, pieces(png, 1_000)]) {
            const refusal = await expectNothingStored(subject(), () =>
              images.upload({ body }, { rules }),
            );
            expect(refusal).toMatchObject({ code: "rule_broken", category: "content", ...facts });
            expect(refusal.message).toContain(Object.keys(rules)[0]);
          }
        }
      });

      it("names the format first of what breaks several", async () => {
        const { images } = subject().store.forUser(userId);
        const rules = { formats: ["jpeg"], minWidth: width + 1 } as const;
        for (const body of [png, pieces(png, 1_000)]) {
          await expectRefusal(images.upload({ body }, { rules }), "unsupported_media_type");
        }
      });

      it("keeps animations and long recordings out", async () => {
        const { images, audio } = subject().store.forUser(userId);
        const samples = await validSamples();
        const animated = samples.flatMap(({ expect: facts, bytes }) =>
          facts.kind === "image" && facts.pages > 1 ? { bytes, pages: facts.pages } : [],
        );
        const { bytes: moving = png, pages } = animated[0] ?? {};
        await expect(
          images.upload({ body: moving }, { rules: { maxPages: 1 } }),
        ).rejects.toMatchObject({
          ...{ code: "rule_broken", rule: "maxPages", expected: 1, actual: pages },
        });
        const { bytes: body } = await sampleOf("wav");
        await expectRefusal(
          audio.upload({ body }, { rules: { maxDurationSeconds: 0.01 } }),
          "rule_broken",
        );
        await expectRefusal(
          audio.upload({ body }, { rules: { minDurationSeconds: 9_999 } }),
          "rule_broken",
        );
      });

      it("refuses a format and too many bytes before the body is read on", async () => {
        const { images } = subject().store.forUser(userId);
        const refused: [Input<ImageRules>, string][] = [
          [{ formats: ["jpeg", "gif"] }, "unsupported_media_type"],
          [{ maxBytes: 1_000_000 }, "file_too_large"],
        ];
        const bytes = await collect(sizedMedia("png", 8_000_000));
        for (const [rules, code] of refused) {
          let readBytes = 0;
          const body = (async function* () {
            for await (const piece of pieces(bytes, 65_536)) {
              readBytes += piece.byteLength;
              yield piece;
            }
          })();
          const refusal = await expectNothingStored(subject(), () =>
            images.upload({ body }, { rules }),
          );
          expect(refusal.code).toBe(code);
          expect(readBytes).toBeLessThan(bytes.byteLength / 2);
        }
      });

      it("refuses the staged bytes of a direct upload for good", async () => {
        const scope = subject().store.forUser(userId);
        const direct = await sent(scope);
        const refusal = { code: "rule_broken" };
        for (const rules of [{ minWidth: width + 1 }, {}]) {
          await expect(
            scope.images.completeDirectUpload(direct.id, { rules }),
          ).rejects.toMatchObject(refusal);
        }
        expect(await scope.images.directUpload(direct.id)).toMatchObject({
          status: "refused",
          refusal,
        });
        expect((await subject().keys()).filter((key) => key.includes(direct.id))).toEqual([]);
      });

      it.each<[string, unknown]>([
        ["is unknown", { minWitdh: 1 }],
        ["is of the other kind", { maxDurationSeconds: 1 }],
        ["is no number", { minWidth: "1" }],
        ["is not whole", { maxPages: 1.5 }],
        ["is not finite", { maxAspectRatio: Infinity }],
        ["is 0", { minAspectRatio: 0 }],
        ["names a format of the other kind", { formats: ["mp3"] }],
        ["names no format", { formats: [] }],
        ["contradicts another", { minHeight: 2, maxHeight: 1 }],
        ["stands in no object", "minWidth"],
      ])("that %s is invalid_input, and the body is not read", async (_title, rules) => {
        const { images } = subject().store.forUser(userId);
        const options = { rules: rules as Input<ImageRules> };
        const body = new PassThrough();
        await expectRefusal(images.upload({ body }, options), "invalid_input");
        expect(body.destroyed).toBe(true);
        await expectRefusal(images.completeDirectUpload(userId, options), "invalid_input");
      });
    });

    describe("a hook before a file is ready", () => {
      const scopeWith = (...beforeReady: BeforeReady[]): MediaScope =>
        subject().storeWith({ beforeReady, variants: VARIANTS }).forUser(userId);

      const refuse: BeforeReady = () => {
        throw new FileRefusedError("infected", "The file holds a virus.");
      };

      it("sees the facts and the bytes of a file that nobody else sees", async () => {
        const { images } = subject().store.forUser(userId);
        const seen: { file: PendingFile; bytes: Buffer[] }[] = [];
        const scope = scopeWith(async (file, openBytes) => {
          await expectGone(images, file.id);
          const bytes = [await openBytes(), await openBytes()];
          seen.push({ file, bytes: await Promise.all(bytes.map((each) => buffer(each))) });
        });
        const input = {
          body: png,
          filename: "a.png",
          title: "A",
          altText: "B",
          metadata: { c: 1 },
        };
        const { file } = await scope.images.upload(input);
        const { createdAt, updatedAt, ...known } = file;
        expect(seen).toHaveLength(1);
        expect(seen[0]?.file).toEqual(known);
        for (const bytes of seen[0]?.bytes ?? []) expect(sha256(bytes)).toBe(file.sha256);
        for (const time of [createdAt, updatedAt]) expect(time).toBeInstanceOf(Date);
      });

      it("changes nothing of what is stored by what it does to the facts", async () => {
        const scope = scopeWith((file) => {
          Object.assign(file.metadata, { a: 2 });
          Object.assign(file, { title: "C" });
        });
        const { file } = await scope.images.upload({ body: png, title: "A", metadata: { a: 1 } });
        expect(file).toMatchObject({ title: "A", metadata: { a: 1 } });
      });

      it("sees what is stored of a stripped file, in parts too", async () => {
        const seen: string[] = [];
        const scope = scopeWith(async (_file, openBytes) => {
          seen.push(sha256(await buffer(await openBytes())));
        });
        const { bytes: jpeg } = await sampleOf("jpeg");
        const stripped = await scope.images.upload({ body: jpeg }, { privacy: "all" });
        const large = await collect(sizedMedia("png", 11_000_000));
        const { file } = await scope.images.upload({ body: pieces(large, 1_000_000) });
        expect(seen).toEqual([stripped.file.sha256, file.sha256]);
      });

      it("refuses a file with a code of the application's, and leaves nothing", async () => {
        const scope = scopeWith(refuse);
        const { bytes: wav } = await sampleOf("wav");
        const uploads = [
          () => scope.images.upload({ body: png }, { variants: ["thumb"] }),
          () => scope.images.upload({ body: pieces(png, 1_000) }, { idempotencyKey: "refused" }),
          () => scope.audio.upload({ body: wav }),
          () =>
            subject().transaction((transaction) =>
              scope.images.upload({ body: png }, { transaction }),
            ),
        ];
        for (const upload of uploads) {
          const refusal = await expectNothingStored(subject(), upload);
          expect(refusal).toBeInstanceOf(FileRefusedError);
          expect(refusal).toMatchObject({
            ...{ code: "file_refused", applicationCode: "infected", category: "content" },
            ...{ message: "The file holds a virus.", retryable: false },
          });
        }
      });

      it("runs before the next one, and before any variant is made", async () => {
        const order: string[] = [];
        const scope = scopeWith(
          async () => {
            await Promise.resolve();
            order.push("first");
          },
          () => void order.push("second"),
          () => {
            throw new FileRefusedError("third");
          },
          () => void order.push("fourth"),
        );
        const operations = subject().faults.operations.length;
        await expectRefusal(
          scope.images.upload({ body: png }, { variants: ["thumb", "page"] }),
          "file_refused",
        );
        expect(order).toEqual(["first", "second"]);
        const since = subject().faults.operations.slice(operations);
        expect(since.filter((name) => name === "put")).toHaveLength(1);
        const passed = await scopeWith(() => undefined).images.upload(
          { body: png },
          { variants: ["thumb"] },
        );
        expect((await scope.images.url(passed.file.id, { variant: "thumb" })).url).toContain(
          "http",
        );
      });

      it.each<[string, BeforeReady]>([
        [
          "throws",
          () => {
            throw new Error("the scanner is down");
          },
        ],
        [
          "rejects with an error of the module",
          () => Promise.reject(new InvalidMediaError("of another file")),
        ],
        ["does not end", () => new Promise(() => undefined)],
        [
          "opens the bytes, and does not end",
          async (_file, openBytes) => {
            await openBytes();
            await new Promise(() => undefined);
          },
        ],
      ])("that %s fails the upload, which can be repeated", async (_title, beforeReady) => {
        const scope = subject()
          .storeWith({ beforeReady, beforeReadyTimeoutSeconds: 1 })
          .forUser(userId);
        const refusal = await expectNothingStored(subject(), () =>
          scope.images.upload({ body: png }),
        );
        expect(refusal).toMatchObject({ code: "gate_failed", category: "server", retryable: true });
        expect(refusal.message).not.toContain("scanner");
      });

      it("ends with the caller's signal, and what it has opened ends with it", async () => {
        const end = new AbortController();
        let opened: NodeJS.ReadableStream | undefined;
        let signalOfHook: AbortSignal | undefined;
        const scope = scopeWith(async (_file, openBytes, { signal }) => {
          signalOfHook = signal;
          opened = await openBytes();
          end.abort();
          await new Promise(() => undefined);
        });
        const refusal = await expectNothingStored(subject(), () =>
          scope.images.upload({ body: png }, { signal: end.signal }),
        );
        expect(refusal.code).toBe("upload_aborted");
        expect(signalOfHook?.aborted).toBe(true);
        expect(opened).toMatchObject({ destroyed: true });
      });

      it("is not asked again about a file that a repetition finds", async () => {
        let calls = 0;
        const scope = scopeWith(() => {
          calls += 1;
        });
        const upload = () => scope.images.upload({ body: png }, { idempotencyKey: "asked once" });
        expect((await upload()).file.id).toBe((await upload()).file.id);
        expect(calls).toBe(1);
      });

      it("refuses a direct upload for good, with its code", async () => {
        const scope = scopeWith(refuse);
        const direct = await sent(scope);
        const refusal = {
          ...{ code: "file_refused", applicationCode: "infected" },
          message: "The file holds a virus.",
        };
        await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject(refusal);
        expect(await scope.images.directUpload(direct.id)).toMatchObject({
          status: "refused",
          refusal,
        });
        const { images } = subject().store.forUser(userId);
        await expect(images.completeDirectUpload(direct.id)).rejects.toMatchObject(refusal);
        expect((await subject().keys()).filter((key) => key.includes(direct.id))).toEqual([]);
      });

      it("that fails leaves a direct upload to be completed again", async () => {
        let calls = 0;
        const scope = scopeWith(async (file, openBytes) => {
          calls += 1;
          if (calls === 1) throw new Error("the scanner is down");
          expect(sha256(await buffer(await openBytes()))).toBe(file.sha256);
        });
        const direct = await sent(scope);
        await expectRefusal(scope.images.completeDirectUpload(direct.id), "gate_failed");
        expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "open" });
        const { file } = await scope.images.completeDirectUpload(direct.id);
        expect((await scope.images.completeDirectUpload(direct.id)).file.id).toBe(file.id);
        expect(calls).toBe(2);
      });

      it("costs one request to S3 for each time that it opens the bytes, and none otherwise", async () => {
        const operationsOf = async (scope: MediaScope) => {
          const before = subject().faults.operations.length;
          await scope.images.upload({ body: png }, { rules: { minWidth: 1 } });
          const since = subject().faults.operations.slice(before);
          // Signing asks for nothing.
          return since.filter((name) => name !== "presignGet");
        };
        expect(await operationsOf(subject().store.forUser(userId))).toEqual(["put"]);
        expect(await operationsOf(scopeWith(() => undefined))).toEqual(["put"]);
        const reading = scopeWith(async (_file, openBytes) => void (await openBytes()));
        expect(await operationsOf(reading)).toEqual(["put", "get"]);
      });

      it("must be a function, or several", () => {
        for (const options of [
          { beforeReady: "scan" as unknown as BeforeReady },
          { beforeReady: [null as unknown as BeforeReady] },
          { beforeReadyTimeoutSeconds: 0 },
        ]) {
          expect(() => subject().storeWith(options)).toThrow(
            expect.objectContaining({ code: "invalid_input" }),
          );
        }
      });
    });

    describe("the progress of an upload", () => {
      const progressOf = async (
        body: Uint8Array | AsyncIterable<Uint8Array>,
      ): Promise<UploadProgress[]> => {
        const told: UploadProgress[] = [];
        const { images } = subject().store.forUser(userId);
        await images.upload({ body }, { onProgress: (progress) => told.push(progress) });
        return told;
      };

      it("is told once for a small file", async () => {
        const all = { sentBytes: png.byteLength, totalBytes: png.byteLength };
        expect(await progressOf(png)).toEqual([all]);
        expect(await progressOf(pieces(png, 1_000))).toEqual([all]);
      });

      it("grows up to all bytes of a large file, with their number where it is known", async () => {
        const bytes = await collect(sizedMedia("png", 12_000_000));
        const total = bytes.byteLength;
        for (const body of [bytes, pieces(bytes, 1_000_000)]) {
          const told = await progressOf(body);
          const sent = told.map(({ sentBytes }) => sentBytes);
          expect(sent.length).toBeGreaterThan(1);
          expect(sent).toEqual([...new Set(sent)].sort((a, b) => a - b));
          expect(told.at(-1)).toEqual({ sentBytes: total, totalBytes: total });
          expect(told[0]?.totalBytes).toBe(body === bytes ? total : undefined);
        }
      });

      it("harms nothing, whatever is done with it", async () => {
        const { images } = subject().store.forUser(userId);
        const callbacks = [
          () => {
            throw new Error("thrown");
          },
          () => Promise.reject(new Error("rejected")),
          () => new Promise(() => undefined),
        ];
        for (const onProgress of callbacks) {
          const { file } = await images.upload({ body: png }, { onProgress });
          expect(await images.exists(file.id)).toBe(true);
        }
        await expectRefusal(
          images.upload({ body: png }, { onProgress: 1 as unknown as () => void }),
          "invalid_input",
        );
      });
    });
  });
}
