import { AudioRead, ImageRead } from "@repo/object-store";

import type { KeptEvent, RefusedEvent } from "../src/reporting/events.js";

const SHARED = {
  userId: null,
  sha256: "ab".repeat(32),
  createdAt: new Date("2026-01-02T03:04:05Z"),
  updatedAt: new Date("2026-01-02T03:04:05Z"),
};

export function image(facts: Partial<ImageRead> = {}): ImageRead {
  return Object.assign(new ImageRead(), {
    ...SHARED,
    id: "0190f5a0-0000-7000-8000-000000000001",
    filename: "cat.png",
    byteSize: 1234,
    kind: "image" as const,
    contentType: "image/png" as const,
    width: 640,
    height: 480,
    orientation: 1,
    pages: 1,
    hasAlpha: false,
    complete: true,
    ...facts,
  });
}

export function audio(facts: Partial<AudioRead> = {}): AudioRead {
  return Object.assign(new AudioRead(), {
    ...SHARED,
    id: "0190f5a0-0000-7000-8000-000000000002",
    filename: "song.mp3",
    byteSize: 56_789,
    kind: "audio" as const,
    contentType: "audio/mpeg" as const,
    durationSeconds: 75.4,
    durationSource: "measured" as const,
    bitrate: 128_000,
    sampleRate: 44_100,
    channels: 2,
    codec: "mp3",
    lossless: false,
    tags: {},
    transcript: null,
    ...facts,
  });
}

export function kept(facts: Partial<KeptEvent> = {}): KeptEvent {
  const url = "http://127.0.0.1:1/bucket/key?X-Amz-Signature=1&X-Amz-Date=2";
  const identity = { event: "stored" as const, path: "photos/cat.png", owner: "system" };
  return { ...identity, file: image(), url, seconds: 0.25, ...facts };
}

export function refused(facts: Partial<RefusedEvent> = {}): RefusedEvent {
  return {
    event: "rejected",
    path: "photos/notes.txt",
    owner: "system",
    code: "unsupported_media_type",
    message: "The content is plain text.",
    seconds: 0.125,
    ...facts,
  };
}

export const SUMMARY = {
  stored: 1,
  rejected: 1,
  failed: 0,
  skipped: 0,
  bytes: 1234,
  seconds: 2.5,
  peakMemoryBytes: 100_000_000,
};
