/**
 * The value that so large a share of the values does not exceed.
 *
 * @param share from 0 to 1
 * @throws Error when there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
  if (value === undefined) throw new Error("there is no percentile of nothing");
  return value;
}
