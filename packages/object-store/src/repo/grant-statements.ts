import type { MediaKind } from "@repo/media-inspection";

import type { Layout } from "../layout.js";
import { FILE_COLUMNS } from "./variant-repo.js";

/** An SQL condition: a grant has not ended. */
export function isLive(grant: string): string {
  return `(${grant}.expires_at IS NULL OR ${grant}.expires_at > clock_timestamp())`;
}

/** An SQL condition: a file is shared with the reader, and the reader is a user. */
export function sharedWith(layout: Layout, kind: MediaKind, reader: string): string {
  return `(${reader} IS NOT NULL AND EXISTS (
    SELECT FROM ${layout.table("grant")} AS granted
    WHERE granted.${FILE_COLUMNS[kind]} = ${layout.table(kind)}.id
      AND (granted.grantee = ${reader} OR granted.grantee IS NULL) AND ${isLive("granted")}
  ))`;
}
