import { expect, it } from "@jest/globals";

import { tablesIn } from "../../src/persistence.js";
import { JournalRepo } from "../../src/repo/journal-repo.js";
import { OwnerRepo } from "../../src/repo/owner-repo.js";
import { openApplication } from "../support/application.js";
import { poolerOf } from "../support/services.js";

it("finds each owner's own upload at once, where ids and keys read alike together", async () => {
  const application = await openApplication("text");
  try {
    await application.install();
    await application.select("INSERT INTO shop.accounts (number) VALUES ('a'), ('a b')");
    const tables = tablesIn(application.database, { ...application.layout, ...poolerOf() });
    const journal = new JournalRepo(tables, new OwnerRepo(tables));
    const keys = [
      { userId: "a", idempotencyKey: "b c" },
      { userId: "a b", idempotencyKey: "c" },
    ];
    const place = { kind: "image", keyStart: "", keyEnd: ".png", leaseSeconds: 60 } as const;
    for (const { userId, idempotencyKey } of keys) {
      await journal.openKeyed({ ...place, userId, isOwnerKnown: false }, idempotencyKey);
    }
    const holders = await Promise.all(keys.map((key) => journal.byIdempotencyKey(key)));
    expect(holders.map((holder) => holder?.row.userId)).toEqual(["a", "a b"]);
  } finally {
    await application.close();
  }
});
