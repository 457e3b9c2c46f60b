/** All but printable ASCII, and of that what is special in a quoted string or to old clients. */
const NOT_PLAIN = /[^ !#$&-:<-[\]-~]/gu;

/**
 * The Content-Disposition header of RFC 6266: a plain ASCII name for old clients and, where it
 * says less than the real one, `filename*` in the encoding of RFC 8187.
 */
export function contentDisposition(type: "inline" | "attachment", filename: string): string {
  const ascii = filename.replaceAll(NOT_PLAIN, "_");
  const plain = `${type}; filename="${ascii}"`;
  return ascii === filename ? plain : `${plain}; filename*=UTF-8''${encodeExtValue(filename)}`;
}

/** RFC 8187, section 3.2.1: everything but attr-char is percent-encoded UTF-8. */
function encodeExtValue(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
