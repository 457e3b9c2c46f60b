import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";

import type { InspectionLimits } from "../inspection-limits.js";
import { type IsolatedParser, OpenParser } from "./open-parser.js";
import type { StepRequest, WorkerReply, WorkerRequest, WorkerSetup } from "./protocol.js";

/** The whole life of a worker: takes the steps of any number of inspections, one at a time. */
export function serveInspections(createParser: (limits: InspectionLimits) => IsolatedParser): void {
  if (parentPort === null) throw new Error("This module runs in a worker thread only.");
  const port = parentPort;
  const window = Buffer.from((workerData as WorkerSetup).window);
  const open = new Map<number, OpenParser>();

  const parserOf = ({ inspection, opening }: StepRequest): OpenParser => {
    const known = open.get(inspection);
    if (opening === undefined && known !== undefined) return known;
    if (opening === undefined) throw new Error(`inspection ${inspection} is not open`);
    const parser = new OpenParser(createParser(opening.limits), opening.journal);
    open.set(inspection, parser);
    return parser;
  };

  port.on("message", (request: WorkerRequest) => {
    if ("closed" in request) {
      open.delete(request.closed);
      return;
    }
    const reply = parserOf(request).step(request, window);
    if (request.ending !== undefined) open.delete(request.inspection);
    const sent: WorkerReply = { ...reply, heapBytes: getHeapStatistics().used_heap_size };
    port.postMessage(sent, [sent.seen.bytes.buffer as ArrayBuffer]);
  });
  const ready: WorkerReply = { ready: true };
  port.postMessage(ready);
}
