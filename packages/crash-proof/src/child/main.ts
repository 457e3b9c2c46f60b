import { Probe } from "./probe.js";

const probe = new Probe();
probe.install();

// Only now: what is imported here binds what the probe has wrapped.
const { work } = await import("./work.js");
work(probe);
