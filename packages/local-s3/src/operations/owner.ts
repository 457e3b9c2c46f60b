import { type XmlElements } from "../http/xml-writer.js";

/** The one identity of the server, where S3 names an owner or initiator. */
export const OWNER: XmlElements = { ID: "local-s3", DisplayName: "local-s3" };
