import type { Migration } from "@repo/database";

import { createImages } from "./migrations/0001-create-images.js";
import { openImagesToTheSystem } from "./migrations/0002-open-images-to-the-system.js";
import { createAudio } from "./migrations/0003-create-audio.js";
import { freeKeysOfDeletedFiles } from "./migrations/0004-free-keys-of-deleted-files.js";
import { indexLists } from "./migrations/0005-index-lists.js";
import { createDirectUploads } from "./migrations/0006-create-direct-uploads.js";
import { createJournal } from "./migrations/0007-create-journal.js";
import { letKeysChange } from "./migrations/0008-let-keys-change.js";
import { tellCutImages } from "./migrations/0009-tell-cut-images.js";
import { findMultipartUploads } from "./migrations/0010-find-multipart-uploads.js";
import { ownerReference, type OwnerTable } from "./migrations/owner-reference.js";
import { checkOptions } from "./checks.js";

export interface ObjectStoreMigrationOptions {
  /**
   * The table and key that `user_id` refers to: `users(id)` of `@repo/database` when absent, or
   * null for no foreign key. It has to stay the same for the life of a database.
   */
  owner?: OwnerTable | null;
}

export type { OwnerTable };

/**
 * The migrations of this module, in order, to be run after the one that creates the owner's
 * table. They never delete a row: a `down` that would lose rows fails and says so.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function objectStoreMigrations(options?: ObjectStoreMigrationOptions): readonly Migration[] {
  const { owner = { table: "users", column: "id" } } = checkOptions(options);
  const references = ownerReference(owner);
  return [
    createImages(references),
    openImagesToTheSystem(),
    createAudio(references),
    freeKeysOfDeletedFiles(),
    indexLists(),
    createDirectUploads(),
    createJournal(),
    letKeysChange(),
    tellCutImages(),
    findMultipartUploads(),
  ];
}
