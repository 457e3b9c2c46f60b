import type { AudioRead } from "@repo/object-store";

/** What has to be known of a sound to draw it. */
export type SoundFacts = Pick<
  AudioRead,
  "channels" | "codec" | "contentType" | "durationSeconds" | "sampleRate"
>;
