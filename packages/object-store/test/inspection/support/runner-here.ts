import type { InspectionLimits } from "../../../src/inspection/inspection-limits.js";
import { MediaInspector } from "../../../src/inspection/media-inspector.js";
import { type IsolatedParser, OpenParser } from "../../../src/inspection/isolation/open-parser.js";
import type { StepReply, StepRequest } from "../../../src/inspection/isolation/protocol.js";
import { type StepRunner, WINDOW_BYTES } from "../../../src/inspection/isolation/step-runner.js";
import { WorkerLostError } from "../../../src/inspection/isolation/worker-lost.js";

/** Does what a worker does, but here; it is lost at the steps that its maker names. */
export class RunnerHere implements StepRunner {
  isLost = false;
  inspections = 0;
  readonly #open = new Map<number, OpenParser>();
  readonly #window = Buffer.alloc(WINDOW_BYTES);

  constructor(
    private readonly isLostNow: () => boolean = () => false,
    private readonly wasRunning = false,
    private readonly createParser: (limits: InspectionLimits) => IsolatedParser = (limits) =>
      new MediaInspector(limits),
  ) {}

  run(_inspection: number, prepare: (window: Buffer) => StepRequest): Promise<StepReply> {
    if (this.isLostNow()) {
      this.isLost = true;
      return Promise.reject(new WorkerLostError("time", this.wasRunning));
    }
    const request = prepare(this.#window);
    const { inspection, opening } = request;
    if (opening !== undefined) {
      const parser = this.createParser(opening.limits);
      this.#open.set(inspection, new OpenParser(parser, opening.journal));
    }
    const parser = this.#open.get(inspection);
    if (parser === undefined) throw new Error("the inspection is not open here");
    // Across the border between threads everything is a copy, and the window is used again.
    const reply = structuredClone(parser.step(request, this.#window));
    this.#window.fill(0xaa);
    if (request.ending !== undefined) this.#open.delete(inspection);
    return Promise.resolve(reply);
  }

  forget(inspection: number): void {
    this.#open.delete(inspection);
  }
}
