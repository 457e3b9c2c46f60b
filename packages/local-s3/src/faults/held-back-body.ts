import { type IncomingMessage } from "node:http";

/** Takes a body whole, resets its connection, and hands the bytes on once `until` resolves. */
export async function* heldBackBody(
  message: IncomingMessage,
  body: AsyncIterable<Buffer>,
  until: Promise<void>,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  message.socket.resetAndDestroy();
  await until;
  yield* chunks;
}
