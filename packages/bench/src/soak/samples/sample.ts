/** How the process was at a moment, and what it did since the sample before. */
export interface Sample {
  /** Since the load began. */
  readonly seconds: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Memory that V8's objects hold outside of its heap, array buffers included. */
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
  /** How late the event loop came to its timers, in milliseconds. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  /** Connections of clients to the database, the sampler's own left out. */
  readonly databaseConnections: number;
  readonly s3Sockets: number;
  readonly operationsPerSecond: number;
  readonly failuresPerSecond: number;
}
