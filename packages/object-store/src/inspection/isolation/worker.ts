import { MediaInspector } from "../media-inspector.js";
import { serveInspections } from "./serve-inspections.js";

serveInspections((limits) => new MediaInspector(limits));
