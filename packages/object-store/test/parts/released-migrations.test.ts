import { createHash } from "node:crypto";

import { expect, it } from "@jest/globals";
import type { Migration } from "@repo/database";

import { objectStoreMigrations } from "../../src/migrations.js";

/** The statements of both directions, without the way in which they are laid out. */
async function digestOf(migration: Migration): Promise<string> {
  const statements: string[] = [];
  const query = (sql: string): Promise<never[]> => {
    statements.push(sql.replace(/\s+/g, " ").trim());
    return Promise.resolve([]);
  };
  await migration.up({ query });
  await migration.down({ query });
  return createHash("sha256").update(statements.join("\n")).digest("hex").slice(0, 16);
}

async function digestsOf(
  migrations: readonly Migration[],
): Promise<Readonly<Record<string, string>>> {
  const digests = migrations.map(async (each) => [each.name, await digestOf(each)] as const);
  return Object.fromEntries(await Promise.all(digests));
}

/*
 * A database that has run a migration never runs it again: a change belongs into a new one. When a
 * release adds migrations, it adds their lines here.
 */
it("keeps the text of migrations for ever", async () => {
  expect(await digestsOf(objectStoreMigrations())).toMatchInlineSnapshot(`
    {
      "object-store/0001-create-images": "edfa38cd2b0e491b",
      "object-store/0002-open-images-to-the-system": "09b79246bc6ca320",
      "object-store/0003-create-audio": "b5aa4056744a56df",
      "object-store/0004-free-keys-of-deleted-files": "47a4a7ba1ec5400c",
      "object-store/0005-index-lists": "2cf30ae875ff297f",
      "object-store/0006-create-direct-uploads": "e7aa89f3b6c29eb8",
      "object-store/0007-create-journal": "64a71b2b93d153ab",
      "object-store/0008-let-keys-change": "53bfaa2141b725ee",
      "object-store/0009-tell-cut-images": "ae199d5a27351650",
      "object-store/0010-find-multipart-uploads": "317aa9149557f92d",
      "object-store/0011-create-variants": "95199df3963ac213",
      "object-store/0012-tell-what-was-removed": "38b645f09557cf96",
      "object-store/0013-describe-files": "6af2470a9a4ca8b2",
      "object-store/0014-count-usage": "8322a7c0bab2cff4",
      "object-store/0015-keep-trash": "60f3a117d09a0088",
      "object-store/0016-index-trash": "483708b31aeb514a",
      "object-store/0017-keep-events": "e41b985f1396472b",
      "object-store/0018-share-files": "38692d28329f2243",
    }
  `);
});

it("keeps it for owners of text in tables of other names", async () => {
  const layout = {
    owner: { schema: "shop", table: "accounts", column: "name", type: "text" },
    schema: "media",
    tables: { images: "pictures", audio: "sounds", directUploads: "sent", journal: "unfinished" },
  } as const;
  expect(await digestsOf(objectStoreMigrations(layout))).toMatchInlineSnapshot(`
    {
      "object-store/0001-create-images": "8df0f894d1d8f0da",
      "object-store/0002-open-images-to-the-system": "4c7ac634c184a0c9",
      "object-store/0003-create-audio": "f61f76a22d43984e",
      "object-store/0004-free-keys-of-deleted-files": "1c835d1fd69762f6",
      "object-store/0005-index-lists": "77276616710748f1",
      "object-store/0006-create-direct-uploads": "7d5972681ae60a8c",
      "object-store/0007-create-journal": "08287acb258fc359",
      "object-store/0008-let-keys-change": "e6d0c1ea0c181548",
      "object-store/0009-tell-cut-images": "da8fe1fbe68c6b3e",
      "object-store/0010-find-multipart-uploads": "ecefd359eb3f1ebf",
      "object-store/0011-create-variants": "e36946e05ecccf0d",
      "object-store/0012-tell-what-was-removed": "25dc9351ba8d8244",
      "object-store/0013-describe-files": "8bc2ee49e6e73fd5",
      "object-store/0014-count-usage": "1450593665c22346",
      "object-store/0015-keep-trash": "b899ac9c60824b49",
      "object-store/0016-index-trash": "3180c2545cbc954f",
      "object-store/0017-keep-events": "10e51db53b91cc90",
      "object-store/0018-share-files": "af341c1362def192",
    }
  `);
});
