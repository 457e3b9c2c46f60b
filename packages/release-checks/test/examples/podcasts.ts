import type { MediaBody, ObjectStoreProvider } from "@repo/object-store";

type Episode = { title: string; recording: MediaBody; requestId: string };

export async function publish(store: ObjectStoreProvider, hostId: string, episode: Episode) {
  const { recording: body, title, requestId: idempotencyKey } = episode;
  const { audio } = store.forUser(hostId);
  const { file } = await audio.upload({ body, title }, { idempotencyKey });
  return { id: file.id, seconds: file.durationSeconds, codec: file.codec };
}

export async function newestEpisodes(store: ObjectStoreProvider, hostId: string, cursor?: string) {
  const { audio } = store.forUser(hostId);
  const { items, nextCursor } = await audio.list({ limit: 20, cursor, withUrls: true });
  return {
    episodes: items.map(({ id, title, url, transcript }) => ({ id, title, url, transcript })),
    nextCursor,
  };
}

export async function addTranscript(store: ObjectStoreProvider, hostId: string, id: string) {
  return store.forUser(hostId).audio.setTranscript(id, "Welcome to the first episode.");
}
