import { fmt, wav } from "../../../../media-inspection/test/support/audio.js";
import {
  chunk,
  png,
  pngHeader,
  riffChunk,
} from "../../../../media-inspection/test/support/images.js";
import { sha256 } from "../../support/bytes.js";
import type { Kind } from "./model.js";

interface Body {
  kind: Kind;
  bytes: Buffer;
  sha256: string;
}

/** Small files of both kinds, of two that differ in their comments only. */
export const BODIES: readonly Body[] = ["one", "two"].flatMap((comment) => {
  const text = Buffer.from(`Comment\0${comment}`);
  const sound = riffChunk("data", Buffer.alloc(400));
  return [
    bodyOf("images", png(pngHeader(3, 2), chunk("tEXt", text))),
    bodyOf("audio", wav(fmt(), sound, riffChunk("note", text))),
  ];
});

function bodyOf(kind: Kind, bytes: Buffer): Body {
  return { kind, bytes, sha256: sha256(bytes) };
}
