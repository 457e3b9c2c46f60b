/** Bounds of the worker threads, and of the processes that decode, in which untrusted bytes are read. */
export interface IsolationOptions {
  /** Worker threads at most, 1 to 64; 2 by default. They start on demand and end when idle. */
  workers?: number;
  /**
   * Seconds, 1 to 600, that a parser may take over one piece of at most 1 MiB before its
   * worker is ended; 5 by default. Well-formed files take milliseconds.
   */
  deadlineSeconds?: number;
  /**
   * Mebibytes of JavaScript heap, 16 to 4,096, with which a worker is replaced after the piece it is
   * at; 128 by default. The files that it was reading are read on by another.
   */
  maxHeapMegabytes?: number;
  /**
   * Mebibytes, 64 to 65,536, by which the process may grow while a parser is at one piece for longer
   * than a moment; 256 by default.
   */
  maxGrowthMegabytes?: number;
  /**
   * Processes at most that decode images where uploads are verified so, 1 to 64; 2 by default. They
   * start on demand and end when idle.
   */
  decoders?: number;
  /**
   * Seconds, 1 to 600, that the decoding of one image may take, and before it the start of a process;
   * 30 by default.
   */
  decodeSeconds?: number;
  /**
   * Mebibytes, 128 to 65,536, of a process that decodes; 1,024 by default. Large WebP, animated and
   * interlaced images need most: up to 4 to 6 bytes a pixel.
   */
  maxDecodeMegabytes?: number;
}

export const DEFAULT_ISOLATION: Required<IsolationOptions> = {
  workers: 2,
  deadlineSeconds: 5,
  maxHeapMegabytes: 128,
  maxGrowthMegabytes: 256,
  decoders: 2,
  decodeSeconds: 30,
  maxDecodeMegabytes: 1024,
};
