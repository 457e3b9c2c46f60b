import { S3Error } from "../errors.js";
import { parseXml, type XmlElement } from "../http/xml-reader.js";

const MAX_RULES = 1000;
const MAX_ID_LENGTH = 255;
const MAX_DAYS = 2 ** 31 - 1;
const DAY_MS = 24 * 60 * 60 * 1000;
const STORAGE_CLASSES: readonly string[] = [
  "DEEP_ARCHIVE",
  "GLACIER",
  "GLACIER_IR",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "STANDARD_IA",
];

/** What a rule may do, each with a check of its element. */
const ACTIONS: Readonly<Record<string, (action: XmlElement) => void>> = {
  AbortIncompleteMultipartUpload(action) {
    action.requireChildren({ DaysAfterInitiation: "1" });
    requireDays(action, "DaysAfterInitiation", 1);
  },
  Expiration(action) {
    requireOne(action.requireChildren({ Date: "?", Days: "?", ExpiredObjectDeleteMarker: "?" }));
    requireDays(action, "Days", 1);
    requireMidnight(action);
  },
  NoncurrentVersionExpiration(action) {
    action.requireChildren({ NoncurrentDays: "1", NewerNoncurrentVersions: "?" });
    requireDays(action, "NoncurrentDays", 1);
  },
  NoncurrentVersionTransition(action) {
    action.requireChildren({
      NoncurrentDays: "1",
      NewerNoncurrentVersions: "?",
      StorageClass: "1",
    });
    requireDays(action, "NoncurrentDays", 0);
    requireStorageClass(action);
  },
  Transition(action) {
    requireOne(action.requireChildren({ Date: "?", Days: "?", StorageClass: "1" }) - 1);
    requireDays(action, "Days", 0);
    requireMidnight(action);
    requireStorageClass(action);
  },
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
 *
 * @throws {S3Error} MalformedXML, InvalidRequest or InvalidArgument
 */
export function requireLifecycle(text: string): void {
  const document = parseXml(text, "LifecycleConfiguration");
  document.requireChildren({ Rule: "+" });
  const rules = document.all("Rule");
  if (rules.length > MAX_RULES) throw new S3Error("MalformedXML");
  const ids = new Set<string>();
  for (const rule of rules) {
    requireRule(rule);
    const id = rule.child("ID");
    if (id === undefined) continue;
    if (id.length > MAX_ID_LENGTH) {
      throw invalid("ID", id, `ID length should not exceed allowed limit of ${MAX_ID_LENGTH}`);
    }
    if (ids.has(id)) {
      throw invalid("ID", id, "Rule ID must be unique. Found same ID for more than one rule");
    }
    ids.add(id);
  }
}

function requireRule(rule: XmlElement): void {
  rule.requireChildren({
    ID: "?",
    Status: "1",
    Filter: "?",
    Prefix: "?",
    AbortIncompleteMultipartUpload: "?",
    Expiration: "?",
    NoncurrentVersionExpiration: "?",
    NoncurrentVersionTransition: "*",
    Transition: "*",
  });
  if (!["Enabled", "Disabled"].includes(rule.required("Status"))) {
    throw new S3Error("MalformedXML");
  }
  const filters = rule.all("Filter");
  requireOne(filters.length + rule.all("Prefix").length);
  const selective = filters.some(selectsByTagOrSize);
  const actions = Object.entries(ACTIONS).flatMap(([name, check]) =>
    rule.all(name).map((action) => {
      check(action);
      return name;
    }),
  );
  if (actions.length === 0) {
    throw new S3Error("InvalidRequest", "At least one action needs to be specified in a rule");
  }
  if (selective && actions.includes("AbortIncompleteMultipartUpload")) {
    throw new S3Error(
      "InvalidRequest",
      "AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes",
    );
  }
}

/** Checks a filter, and says whether it looks at more than the key. */
function selectsByTagOrSize(filter: XmlElement): boolean {
  const conditions = { ObjectSizeGreaterThan: "?", ObjectSizeLessThan: "?", Prefix: "?" } as const;
  if (filter.requireChildren({ ...conditions, And: "?", Tag: "?" }) > 1) {
    throw new S3Error("MalformedXML");
  }
  const [both = filter] = filter.all("And");
  if (both !== filter && both.requireChildren({ ...conditions, Tag: "*" }) < 2) {
    throw new S3Error("MalformedXML");
  }
  for (const tag of both.all("Tag")) tag.requireChildren({ Key: "1", Value: "1" });
  return ["ObjectSizeGreaterThan", "ObjectSizeLessThan", "Tag"].some(
    (name) => both.all(name).length > 0,
  );
}

function requireOne(count: number): void {
  if (count !== 1) throw new S3Error("MalformedXML");
}

function requireDays(action: XmlElement, name: string, minimum: number): void {
  const text = action.child(name);
  if (text === undefined) return;
  const days = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(days >= minimum && days <= MAX_DAYS)) {
    throw invalid(name, text, `'${name}' must be an integer from ${minimum} to ${MAX_DAYS}`);
  }
}

function requireMidnight(action: XmlElement): void {
  const text = action.child("Date");
  if (text !== undefined && Date.parse(text) % DAY_MS !== 0) {
    throw invalid("Date", text, "'Date' must be at midnight GMT");
  }
}

function requireStorageClass(action: XmlElement): void {
  if (!STORAGE_CLASSES.includes(action.required("StorageClass"))) throw new S3Error("MalformedXML");
}

function invalid(name: string, value: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, { ArgumentName: name, ArgumentValue: value });
}
