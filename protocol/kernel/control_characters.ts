/**
 * Characters that steer a terminal or the direction of text, or that break a line: C0, DEL and C1;
 * marks, overrides and isolates of direction; separators of lines and paragraphs.
 */
// deno-lint-ignore no-control-regex -- these are the characters to find
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const ALL_CONTROLS = new RegExp(CONTROLS.source, "g");

/** Returns true if `text` contains a character that could steer whatever shows it. */
export function hasControls(text: string): boolean {
  return CONTROLS.test(text);
}

/** Returns `text` with `replacement` in place of each character that could steer a terminal. */
export function withoutControls(text: string, replacement: string): string {
  return text.replace(ALL_CONTROLS, replacement);
}

/**
 * Returns `json` with an escape, such as `\u202e`, in place of each character that could steer a
 * terminal. It stays the same value: only line breaks and tabs between values are left as they are.
 */
export function escapedJson(json: string): string {
  return json.replace(ALL_CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    // JSON has escaped these within strings; what is left of them is layout.
    return code < 0x20 ? character : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/**
 * Returns `value` as JSON on one line that ends with a newline, in which no character could steer a
 * terminal.
 */
export function jsonLine(value: unknown): string {
  return `${escapedJson(JSON.stringify(value))}\n`;
}
