import { startSink } from "./sink.js";
import { serveParent } from "./service-process.js";

const sink = await startSink();
serveParent(sink.endpoint, () => sink.close());
