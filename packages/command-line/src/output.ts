/** Where a program writes: a stream of the process, or what stands in for it. */
export interface Output {
  write(text: string): unknown;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean;
  /** Width of a terminal in characters. */
  readonly columns?: number;
  /** Whether a terminal shows colors and `NO_COLOR` allows them. */
  hasColors?(): boolean;
}
