import { objectStoreProvider, detectMediaKind, fromPath, inspectMedia } from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { memoryObjectStore } from "@repo/object-store/testing";
import fc from "fast-check";

import { ENDLESS_BODIES, HOSTILE_BODIES } from "./hostile-bodies.js";
import { hostileObject, hostileValue } from "./hostile-values.js";

const seconds = [1, 900, 604_800];
const type = ["image/jpeg", "IMAGE/PNG", "audio/mp4; codecs=a", "", "application/octet-stream"];
const signal = [undefined, AbortSignal.abort()];
const url = { expiresIn: seconds, disposition: ["inline", "attachment"], window: seconds };
const list = {
  limit: [1, 200],
  cursor: [null, "AAAA", "x".repeat(1000)],
  order: ["newest", "oldest"],
  withUrls: [true, false, {}],
  contentType: ["image/png", ["image/png"]],
  createdFrom: [new Date(0)],
  createdBefore: [new Date()],
  filenamePrefix: ["a"],
  metadata: [{}, { a: 1 }, { a: "b", c: null }],
  trashed: [true, false],
};
const details = {
  title: ["a", null],
  altText: ["a", null],
  metadata: [{ a: 1 }, null],
  filename: ["a", null],
};
const upload = {
  urlExpiresIn: seconds,
  idempotencyKey: ["a"],
  verify: ["metadata"],
  truncated: ["refuse"],
  signal,
};
const direct = { filename: ["a"], byteSize: [1, 20_000_000], contentType: type };
const long = { onProgress: [() => undefined], signal };

const anyBody = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...Object.values(HOSTILE_BODIES)) },
  { weight: 20, arbitrary: hostileValue.map((value) => () => value) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.values(ENDLESS_BODIES)) },
);
/** A body where it belongs, or in the place of what should hold it. */
const input = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(anyBody, hostileObject({ ...details, contentType: type, transcript: ["a"] }))
      .map(([body, more]) => () => ({ body: body(), ...Object(more) })),
  },
  { weight: 1, arbitrary: anyBody },
  { weight: 1, arbitrary: hostileValue.map((value) => () => value) },
);

/** Every call of the public interface, with arguments that may be anything. */
export function publicCalls({ scopes, maintenance, servers, ids }) {
  const id = fc.oneof(fc.constantFrom(...ids), hostileValue);
  const idList = fc.oneof(fc.array(id, { maxLength: 5 }), hostileValue);
  const options = {
    url: hostileObject(url),
    list: hostileObject(list),
    upload: hostileObject({ ...upload, transaction: [undefined, {}, 1, null] }),
    complete: hostileObject({ ...upload, details: [{ title: "a" }, { metadata: { a: [] } }] }),
    download: hostileObject({ range: [{ start: 0 }, { start: 0, end: 5 }, null], signal }),
    write: hostileObject({ transaction: [undefined, {}, 1, null] }),
    share: hostileObject({
      with: ["0190a0a0-0000-7000-8000-000000000000", { everyone: true }, { everyone: 1 }],
      until: [new Date(), new Date(NaN), null],
      transaction: [undefined, {}, 1, null],
    }),
    delete: hostileObject({ restorableFor: [60, 0], transaction: [undefined, {}, 1, null] }),
    direct: hostileObject({ expiresIn: seconds, multipart: [true, false] }),
    sweep: hostileObject({ batchSize: [1, 1000], parallel: [1], ...long }),
    audit: hostileObject({ fix: [true, false], maxFixes: [0], onFinding: [() => 1], ...long }),
    verify: hostileObject({ cursor: [null, "AAAA"], maxFiles: [1], ...long }),
    usage: hostileObject({ owner: [null, ids[0]], top: [0, 5], signal }),
    provider: hostileObject({
      ...{ maxBytes: [1], urlExpiresIn: seconds, leaseSeconds: [600], cursorSecret: ["secret"] },
      ...{ verify: ["decode"], inspection: [{ maxPixels: 5 }], isolation: [{ decoders: 1 }] },
      ...{ sourceTimeoutSeconds: [1], uploadTimeoutSeconds: [1], logger: [undefined] },
    }),
    owner: hostileObject({ owner: [null, { table: "people", column: "id" }, { table: 5 }] }),
  };
  const ofScope = scopes.flatMap((scope) => [
    ...[scope.images, scope.audio].flatMap((files) => [
      call("upload", [input, options.upload], (given, more) => files.upload(given(), more)),
      call("upload", [input, options.upload], (given, more) => files.upload(given(), more)),
      call("get", [id], (one) => files.get(one)),
      call("exists", [id], (one) => files.exists(one)),
      call("url", [id, options.url], (one, more) => files.url(one, more)),
      call("urls", [idList, options.url], (many, more) => files.urls(many, more)),
      call("download", [id, options.download], (one, more) => files.download(one, more)),
      call("createDirectUpload", [hostileObject(direct), options.direct], (announced, more) =>
        files.createDirectUpload(announced, more),
      ),
      call("completeDirectUpload", [id, options.complete], (one, more) =>
        files.completeDirectUpload(one, more),
      ),
      call("update", [id, hostileObject(details), options.write], (one, changes, more) =>
        files.update(one, changes, more),
      ),
      call("directUpload", [id], (one) => files.directUpload(one)),
      call("cancelDirectUpload", [id], (one) => files.cancelDirectUpload(one)),
      call("delete", [hostileValue, options.delete], (one, more) => files.delete(one, more)),
      call("deleteMany", [idList, options.delete], (many, more) => files.deleteMany(many, more)),
      call("restore", [id, options.write], (one, more) => files.restore(one, more)),
      call("share", [id, options.share], (one, more) => files.share(one, more)),
      call("unshare", [id, options.share], (one, more) => files.unshare(one, more)),
      call("grants", [id, options.list], (one, more) => files.grants(one, more)),
    ]),
    ...[scope, scope.images, scope.audio].flatMap((files) => [
      call("list", [options.list], (query) => files.list(query)),
      call("all", [options.list], (query) => files.all(query)),
      call("count", [options.list], (query) => files.count(query)),
      call("sharedWithMe", [options.list], (query) => files.sharedWithMe(query)),
    ]),
    call("setTranscript", [id, hostileValue, options.write], (one, text, more) =>
      scope.audio.setTranscript(one, text, more),
    ),
  ]);
  return [
    ...ofScope,
    call("forUser", [hostileValue], (user) => scopes[0].provider.forUser(user)),
    call("sweep", [options.sweep], (more) => maintenance.sweep(more)),
    call("audit", [options.audit], (more) => maintenance.audit(more)),
    call("verify", [options.verify], (more) => maintenance.verify(more)),
    call("usage", [options.usage], (more) => maintenance.usage(more)),
    call("eraseUser", [hostileValue, hostileObject(long)], (user, more) =>
      maintenance.eraseUser(user, more),
    ),
    call("objectStoreProvider", [options.provider], (more) =>
      objectStoreProvider(isObject(more) ? { ...servers, ...more } : more),
    ),
    call("objectStoreProvider", [hostileValue, hostileValue], (database, s3) =>
      objectStoreProvider({ database, s3 }),
    ),
    call("objectStoreMaintenance", [hostileValue, hostileValue], (database, leaseSeconds) =>
      objectStoreMaintenance({ database, s3: servers.s3, leaseSeconds }),
    ),
    call("objectStoreMigrations", [options.owner], (more) => objectStoreMigrations(more)),
    call("memoryObjectStore", [options.provider], (more) => memoryObjectStore(more)),
    call("inspectMedia", [anyBody, hostileObject({ maxPixels: [5] })], (body, limits) =>
      inspectMedia(body(), limits),
    ),
    call("detectMediaKind", [anyBody], (body) => detectMediaKind(body())),
    call("fromPath", [hostileValue], (path) => fromPath(path)),
  ];
}

function call(name, parameters, run) {
  return { name, parameters: fc.tuple(...parameters), run: (given) => run(...given) };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
