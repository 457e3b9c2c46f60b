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
import { createVariants } from "./migrations/0011-create-variants.js";
import { tellWhatWasRemoved } from "./migrations/0012-tell-what-was-removed.js";
import { describeFiles } from "./migrations/0013-describe-files.js";
import { countUsage } from "./migrations/0014-count-usage.js";
import { keepTrash } from "./migrations/0015-keep-trash.js";
import { indexTrash } from "./migrations/0016-index-trash.js";
import { keepEvents } from "./migrations/0017-keep-events.js";
import { shareFiles } from "./migrations/0018-share-files.js";
import { Layout, type TableOptions } from "./layout.js";

export type { OwnerTable, TableNames, TableOptions } from "./layout.js";
import type { OwnerType } from "./owner-types.js";

export type { OwnerType };
export {
  type MigrationRange,
  sequelizeMigration,
  type SequelizeMigration,
} from "./sequelize-migration.js";

/**
 * The migrations of this module, in order, to be run after the one that creates the owner's
 * table. They never delete a row: a `down` that would lose rows fails and says so.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function objectStoreMigrations(options?: TableOptions<OwnerType>): readonly Migration[] {
  const layout = new Layout(options);
  return [
    createImages(layout),
    openImagesToTheSystem(layout),
    createAudio(layout),
    freeKeysOfDeletedFiles(layout),
    indexLists(layout),
    createDirectUploads(layout),
    createJournal(layout),
    letKeysChange(layout),
    tellCutImages(layout),
    findMultipartUploads(layout),
    createVariants(layout),
    tellWhatWasRemoved(layout),
    describeFiles(layout),
    countUsage(layout),
    keepTrash(layout),
    indexTrash(layout),
    keepEvents(layout),
    shareFiles(layout),
  ];
}
