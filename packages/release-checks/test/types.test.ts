import { it } from "@jest/globals";
import {
  type AudioRead,
  type BeforeReady,
  type FileUploadResult,
  type ImageRead,
  type ImageRules,
  type MediaScope,
  type ObjectStoreError,
  type ObjectStoreErrorCode,
  type ObjectStoreOptions,
  type ObjectStoreProvider,
  objectStoreProvider,
  type Page,
  type UploadOptions,
  type WithUrl,
} from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { objectStoreMigrations, type TableOptions } from "@repo/object-store/migrations";
import { type MemoryObjectStore, memoryObjectStore } from "@repo/object-store/testing";
import { expectTypeOf } from "expect-type";

/*
 * The compiler is what fails here, in `pnpm typecheck`: the functions are never called.
 */

declare const scope: MediaScope;
declare const servers: Pick<ObjectStoreOptions, "database" | "s3">;
const wanted = { body: new Uint8Array() };

const types: Record<string, () => void> = {
  "a provider is what objectStoreProvider makes, in memory as well": () => {
    expectTypeOf(objectStoreProvider(servers)).toEqualTypeOf<ObjectStoreProvider>();
    expectTypeOf<ReturnType<typeof objectStoreProvider>>().toEqualTypeOf<ObjectStoreProvider>();
    expectTypeOf(memoryObjectStore()).toEqualTypeOf<MemoryObjectStore>();
    expectTypeOf<ReturnType<typeof memoryObjectStore>>().toEqualTypeOf<MemoryObjectStore>();
    expectTypeOf<MemoryObjectStore["store"]>().toEqualTypeOf<ObjectStoreProvider>();
  },
  "no call goes without a scope": () => {
    expectTypeOf<keyof ObjectStoreProvider>().extract<"images" | "audio">().toBeNever();
    expectTypeOf<ObjectStoreProvider["forUser"]>().parameters.toEqualTypeOf<[userId: string]>();
  },
  "rules are those of the kind": () => {
    void scope.images.upload(wanted, { rules: { formats: ["png"], minWidth: 1 } });
    void scope.audio.completeDirectUpload("id", { rules: { maxDurationSeconds: 1 } });
    // @ts-expect-error audio has no width
    void scope.audio.upload(wanted, { rules: { minWidth: 1 } });
    // @ts-expect-error no image is an MP3
    void scope.images.completeDirectUpload("id", { rules: { formats: ["mp3"] } });
    expectTypeOf<UploadOptions>().toExtend<UploadOptions<ImageRules>>();
  },
  "hooks are given the owners' type": () => {
    const owner = { type: "integer" } as const;
    const beforeReady: BeforeReady<number> = ({ userId, kind }) => {
      expectTypeOf(userId).toEqualTypeOf<number | null>();
      expectTypeOf(kind).toEqualTypeOf<"image" | "audio">();
    };
    objectStoreProvider({ ...servers, owner, beforeReady });
    memoryObjectStore({ owner, beforeReady: [beforeReady] });
    // @ts-expect-error UUIDs are strings
    objectStoreProvider({ ...servers, beforeReady });
  },
  "ids of owners have the type that the options say": () => {
    const layout = {
      owner: { type: "integer" },
      schema: "media",
    } satisfies TableOptions<"integer">;
    objectStoreMigrations(layout);
    objectStoreMaintenance({ ...servers, ...layout });
    const integers = objectStoreProvider({ ...servers, ...layout });
    expectTypeOf(integers).toEqualTypeOf<ObjectStoreProvider<"integer">>();
    expectTypeOf<(typeof integers)["forUser"]>().parameters.toEqualTypeOf<[userId: number]>();
    const mine = integers.forUser(7);
    expectTypeOf(mine).toEqualTypeOf<MediaScope<number>>();
    expectTypeOf(mine.images.get("id")).resolves.toEqualTypeOf<ImageRead<number>>();
    expectTypeOf<AudioRead<number>["userId"]>().toEqualTypeOf<number | null>();
    expectTypeOf(memoryObjectStore(layout).store).toEqualTypeOf(integers);

    const bigints = objectStoreProvider({ ...servers, owner: { type: "bigint" } });
    for (const id of ["7", 7n, 7]) bigints.forUser(id);
    expectTypeOf(bigints.forSystem()).toEqualTypeOf<MediaScope>();
    // @ts-expect-error a UUID is a string
    objectStoreProvider(servers).forUser(7);
    // @ts-expect-error no other types
    objectStoreProvider({ ...servers, owner: { type: "numeric" } });
  },
  "an upload gives the facts of its kind": () => {
    expectTypeOf(scope.images.upload(wanted)).resolves.toEqualTypeOf<FileUploadResult<ImageRead>>();
    expectTypeOf(scope.audio.upload(wanted)).resolves.toEqualTypeOf<FileUploadResult<AudioRead>>();
    expectTypeOf<ImageRead>().not.toHaveProperty("durationSeconds");
    expectTypeOf<AudioRead>().not.toHaveProperty("width");
  },
  "kind tells the two apart": () => {
    expectTypeOf<ImageRead["kind"]>().toEqualTypeOf<"image">();
    expectTypeOf<Extract<ImageRead | AudioRead, { kind: "audio" }>>().toEqualTypeOf<AudioRead>();
    expectTypeOf<ImageRead["contentType"]>().toEqualTypeOf<
      "image/jpeg" | "image/png" | "image/webp" | "image/gif"
    >();
  },
  "a page has URLs when they were asked for": () => {
    expectTypeOf(scope.images.list()).resolves.toEqualTypeOf<Page<ImageRead>>();
    expectTypeOf(scope.list({ withUrls: true })).resolves.toEqualTypeOf<
      Page<WithUrl<ImageRead | AudioRead>>
    >();
    expectTypeOf<WithUrl<ImageRead>["url"]>().toEqualTypeOf<string>();
  },
  "images have no transcript": () => {
    expectTypeOf(scope.audio).toHaveProperty("setTranscript");
    expectTypeOf(scope.images).not.toHaveProperty("setTranscript");
  },
  "sound has no alternative text": () => {
    expectTypeOf<AudioRead>().not.toHaveProperty("altText");
    void scope.images.update("id", { title: null, altText: "a", metadata: { rating: 5 } });
    // @ts-expect-error images only
    void scope.audio.update("id", { altText: "a" });
    // @ts-expect-error images only
    void scope.audio.completeDirectUpload("id", { details: { altText: "a" } });
    // @ts-expect-error metadata is flat
    void scope.images.update("id", { metadata: { album: { name: "Rome" } } });
  },
  "what is read cannot be written to": () => {
    expectTypeOf<ImageRead>().toEqualTypeOf<Readonly<ImageRead>>();
  },
  "no DTO tells a storage key": () => {
    expectTypeOf<ImageRead>().not.toHaveProperty("s3Key");
    expectTypeOf<AudioRead>().not.toHaveProperty("s3Key");
  },
  "codes are literals": () => {
    expectTypeOf<ObjectStoreError["code"]>().toEqualTypeOf<ObjectStoreErrorCode>();
    expectTypeOf<ObjectStoreErrorCode>().extract<"file_not_found">().toBeString();
    expectTypeOf<string>().not.toExtend<ObjectStoreErrorCode>();
  },
  "a body is bytes, never text": () => {
    // @ts-expect-error text has no bytes until somebody chooses an encoding
    void scope.images.upload({ body: "text" });
    // @ts-expect-error a body is required
    void scope.images.upload({});
  },
};

it.each(Object.keys(types))("%s", (title) => {
  if (typeof types[title] !== "function") throw new Error("the compiler checks nothing here");
});
