import { describe, expect, it } from "@jest/globals";

import type { Entry } from "../src/journal.js";
import { callsOf } from "../src/judgement/calls.js";
import { expectationsOf } from "../src/judgement/expectations.js";
import { Findings } from "../src/judgement/findings.js";
import { judgeReaders, judgeRemains } from "../src/judgement/judge.js";
import type { Observed } from "../src/judgement/observed.js";
import type { Scene } from "../src/site/scene.js";

const FILE = { id: "file", sha256: "00", strippedSha256: "0000" };
const BYSTANDER = { id: "bystander", sha256: "01", strippedSha256: "0101" };
const SCENE: Scene = {
  stage: { userId: "user", files: [FILE], small: [], large: [] },
  bystander: BYSTANDER,
  variants: [],
  orphans: new Map(),
  missing: [],
  trashed: [],
  overdue: [],
  inUse: [],
  unfinished: [],
};

/** The bystander alone, and what is added. */
function observed({ objects = new Map(), ...added }: Partial<Observed> = {}): Observed {
  const { id, sha256 } = BYSTANDER;
  return {
    files: [{ id, s3_key: id, sha256, title: null, isTrashed: false }],
    unfinished: [],
    directUploads: [],
    variants: [],
    variantFailures: [],
    uploads: [],
    ...added,
    objects: new Map([[id, sha256], ...objects]),
  };
}

function judged(journal: readonly Entry[], what: Observed): Findings {
  const findings = new Findings();
  judgeReaders(expectationsOf(SCENE, callsOf(journal)), SCENE, what, findings);
  judgeRemains(SCENE, what, findings);
  return findings;
}

const DELETED: readonly Entry[] = [
  { entry: "begun", call: 1, intent: { do: "delete", id: FILE.id }, inTransaction: true },
  { entry: "done", call: 1 },
];
const COMMITTED: readonly Entry[] = [{ entry: "committing" }, { entry: "committed" }];

describe("the judgement", () => {
  it("accepts a deletion", () => {
    expect(judged([...DELETED, ...COMMITTED], observed()).all).toEqual([]);
  });

  it("calls it wrong when a file that was moved to the trash is shown, or is kept after its time", () => {
    const moved: readonly Entry[] = [
      { entry: "begun", call: 1, intent: { do: "trash", id: FILE.id }, inTransaction: false },
      { entry: "done", call: 1 },
    ];
    const stored = (isTrashed: boolean): Observed => {
      const { files } = observed();
      const { id, sha256 } = FILE;
      const file = { id, s3_key: id, sha256, title: null, isTrashed };
      return observed({ files: [...files, file], objects: new Map([[id, sha256]]) });
    };
    expect(judged(moved, stored(true)).all).toEqual([]);
    expect(judged(moved, stored(false)).wrong.size).toBe(1);
    expect(judged([], stored(true)).wrong.size).toBe(1);
    const scene = { ...SCENE, overdue: [FILE.id] };
    const findings = new Findings();
    judgeRemains(scene, stored(true), findings);
    expect(findings.deadRows.size).toBe(1);
  });

  it("calls a file lost that was acknowledged after its deletion in the same transaction", () => {
    const { sha256 } = FILE;
    const intent = { do: "upload", sha256, key: "key" } as const;
    const findings = judged(
      [
        ...DELETED,
        { entry: "begun", call: 2, intent, inTransaction: true },
        { entry: "done", call: 2, id: FILE.id, sha256 },
        ...COMMITTED,
      ],
      observed(),
    );
    expect([...findings.lost]).toEqual(["file is gone"]);
  });

  it("calls a file lost that a completed direct upload names and nobody has", () => {
    const row = { id: "direct", status: "deleting", s3_key: "staging", file_id: "none" } as const;
    const findings = judged([...DELETED, ...COMMITTED], observed({ directUploads: [row] }));
    expect(findings.lost.size).toBe(1);
    expect(findings.deadRows.size).toBe(1);
  });

  it("notices a direct upload that was acknowledged and is still pending", () => {
    const intent = { do: "cancel", directUpload: "direct" } as const;
    const row = { id: "direct", status: "pending", s3_key: "staging", file_id: null } as const;
    const findings = judged(
      [
        ...DELETED,
        ...COMMITTED,
        { entry: "begun", call: 2, intent, inTransaction: false },
        { entry: "done", call: 2 },
      ],
      observed({ directUploads: [row] }),
    );
    expect([...findings.wrong]).toEqual(["direct upload direct has ended and is pending"]);
  });

  describe("of what was stripped", () => {
    const { id, sha256, strippedSha256 } = BYSTANDER;
    const KEY = "another";

    const stripped = observed({
      files: [{ id, s3_key: KEY, sha256: strippedSha256, title: null, isTrashed: false }],
      objects: new Map([[KEY, strippedSha256]]),
    });

    const asked = (end: object): Entry[] => [
      ...DELETED,
      ...COMMITTED,
      { entry: "begun", call: 2, intent: { do: "strip" }, inTransaction: false },
      { call: 2, ...end } as Entry,
    ];
    const done = asked({ entry: "done", failures: [] });

    it("accepts files without what was removed, and calls the object before orphaned", () => {
      expect(judged(done, stripped).all).toEqual([`orphaned: ${id}`]);
    });

    it("notices files that still have what was removed", () => {
      const wrong = [`wrong: ${id} has another SHA-256 than it should`];
      expect(judged(done, observed()).all).toEqual(wrong);
      expect(judged([...DELETED, ...COMMITTED], stripped).all).toContain(wrong[0]);
    });

    it("accepts both of files of which nobody was told, or which were left", () => {
      const open = asked({ entry: "killing" });
      const left = asked({ entry: "done", failures: [{ id, code: "storage_error" }] });
      const failed = asked({ entry: "failed", code: "storage_unavailable", message: "" });
      for (const journal of [open, left, failed]) {
        expect(judged(journal, observed()).all).toEqual([]);
        expect(judged(journal, stripped).wrong.size).toBe(0);
      }
    });

    it("calls files lost whose object is still the one before", () => {
      const objects = new Map([[KEY, sha256]]);
      expect([...judged(done, { ...stripped, objects }).lost]).toEqual([`${id} has no bytes`]);
    });
  });

  describe("of variants", () => {
    const KEY = "variants/users/user/bystander/variant.webp";
    const ROW = { file_id: BYSTANDER.id, recipe: "thumb", width: 16, s3_key: KEY, sha256: "02" };
    const OBJECTS = new Map([[KEY, "02"]]);

    const asked = (end: object, id = BYSTANDER.id): Entry[] => [
      ...DELETED,
      ...COMMITTED,
      {
        entry: "begun",
        call: 2,
        intent: { do: "variant", id, recipe: "thumb" },
        inTransaction: false,
      },
      { call: 2, ...end } as Entry,
    ];
    const told = asked({ entry: "done", s3Key: KEY });
    const refused = asked({ entry: "failed", code: "variant_failed", message: "" });

    it("accepts one that was made", () => {
      const findings = judged(told, observed({ variants: [ROW], objects: OBJECTS }));
      expect(findings.all).toEqual([]);
    });

    it("calls one lost that was shown and has no row, unless its file was deleted", () => {
      const gone = observed({ objects: OBJECTS });
      expect(judged(told, gone).all).toEqual([
        `lost: the variant ${KEY} is gone`,
        `orphaned: ${KEY}`,
      ]);
      const ofDeleted = asked({ entry: "done", s3Key: KEY }, FILE.id);
      expect(judged(ofDeleted, observed()).all).toEqual([]);
    });

    it("calls one lost whose object is missing or another", () => {
      for (const objects of [new Map<string, string>(), new Map([[KEY, "03"]])]) {
        const { lost } = judged(told, observed({ variants: [ROW], objects }));
        expect([...lost]).toEqual([`the variant ${KEY} has no bytes`]);
      }
    });

    it("calls one lost that did not come with the upload that was to bring it", () => {
      const { id, sha256 } = BYSTANDER;
      const upload = { do: "upload", sha256, variants: ["thumb"] } as const;
      const journal: Entry[] = [
        ...DELETED,
        ...COMMITTED,
        { entry: "begun", call: 2, intent: upload, inTransaction: false },
        { entry: "done", call: 2, id, sha256 },
      ];
      expect(judged(journal, observed({ variants: [ROW], objects: OBJECTS })).all).toEqual([]);
      expect(judged(journal, observed()).lost.size).toBe(1);
    });

    it("notices a file that lacks one, and one of an old recipe, once all were filled in", () => {
      const journal: Entry[] = [
        ...DELETED,
        ...COMMITTED,
        { entry: "begun", call: 2, intent: { do: "fill" }, inTransaction: false },
        { entry: "done", call: 2 },
      ];
      const variants = [{ ...ROW, recipe: "banner" }, ROW];
      expect([...judged(journal, observed({ variants, objects: OBJECTS })).wrong]).toEqual([
        "bystander still lacks its page",
        "bystander still has its banner",
      ]);
    });

    it("accepts a failure that is remembered as long as somebody was, or may have been, told of it", () => {
      const kept = observed({ variantFailures: [{ file_id: BYSTANDER.id }] });
      expect(judged(refused, kept).all).toEqual([]);
      expect(judged(asked({ entry: "killing" }), kept).all).toEqual([]);
      expect(judged([...DELETED, ...COMMITTED], kept).wrong.size).toBe(1);
      expect(judged(refused, observed()).wrong.size).toBe(1);
    });
  });
});
