import type { FromServer, ToServer } from "../messages.js";
import { measure } from "./measure.js";
import { serve } from "./serve.js";

const faults: string[] = [];
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (reason: unknown) => {
    faults.push(
      `${event}: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    );
  });
}
// The proof has ended, however it did.
process.on("disconnect", () => process.exit());

process.on("message", (message: ToServer) => {
  answer(message).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

async function answer(message: ToServer): Promise<void> {
  switch (message.type) {
    case "start":
      tell({ type: "listening", ports: await serve(message.job) });
      break;
    case "measure":
      tell({ type: "measured", measurement: await measure(faults) });
      break;
  }
}

function tell(message: FromServer): void {
  process.send?.(message);
}
