import { describe, expect, it } from "@jest/globals";

import type { Entry } from "../src/journal.js";
import { callsOf } from "../src/judgement/calls.js";
import { expectationsOf } from "../src/judgement/expectations.js";
import { Findings } from "../src/judgement/findings.js";
import { judgeReaders, judgeRemains } from "../src/judgement/judge.js";
import type { Observed } from "../src/judgement/observed.js";
import type { Scene } from "../src/site/scene.js";

const FILE = { id: "file", sha256: "00" };
const BYSTANDER = { id: "bystander", sha256: "01" };
const SCENE: Scene = {
  stage: { userId: "user", files: [FILE], small: [], large: [] },
  bystander: BYSTANDER,
  orphans: new Map(),
  missing: [],
  inUse: [],
  unfinished: [],
};

/** The bystander alone, and what is added. */
function observed({ directUploads = [] }: Partial<Observed> = {}): Observed {
  const { id, sha256 } = BYSTANDER;
  return {
    files: [{ id, s3_key: id, sha256, transcript: null }],
    unfinished: [],
    directUploads,
    objects: new Map([[id, sha256]]),
    uploads: [],
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
});
