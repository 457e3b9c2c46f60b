/** How the process ends; interrupted runs end with 128 and the number of the signal. */
export const ExitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
} as const;
