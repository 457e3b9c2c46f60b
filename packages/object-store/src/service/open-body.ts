import { ImageCreate } from "../dto/media-create.js";
import { validated } from "../dto/rules.js";
import type { ByteSource } from "../upload/byte-source.js";
import { type MediaBody } from "../upload/media-body.js";
import { guardBody } from "../upload/unread-body.js";
import { openByteSource } from "../upload/open-byte-source.js";

/**
 * Opens a body that comes alone, without what an upload takes besides.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export async function openBody(body: MediaBody): Promise<ByteSource> {
  guardBody(body);
  return openByteSource(validated(ImageCreate, { body }, "").body);
}
