import { benches } from "../benches.js";
import type { ServiceAddresses } from "../services/service-addresses.js";
import { measure } from "./measure.js";

/** Which round a process runs; sent by `runRound` as its first message. */
export interface RoundOrder {
  bench: string;
  case: string;
  variant: string;
  services: ServiceAddresses;
}

process.once("message", (order: RoundOrder) => {
  run(order).then(
    (measurement) => process.send?.({ measurement }, () => process.exit(0)),
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.send?.({ error: text }, () => process.exit(1));
    },
  );
});
process.once("disconnect", () => process.exit(1));

async function run({ bench, case: caseName, variant, services }: RoundOrder) {
  const benchCase = benches
    .find(({ name }) => name === bench)
    ?.cases.find(({ name }) => name === caseName);
  const round = await benchCase?.variants[variant]?.start(services);
  if (benchCase === undefined || round === undefined) throw new Error("there is no such round");
  try {
    const measurement = await measure(round, benchCase.eventLoop ?? false);
    await round.check();
    return measurement;
  } finally {
    await round.close();
  }
}
