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
 * Returns `text` with a readable escape, such as `\u202e` or `\n`, in place of each character that
 * could steer a terminal. Text without such characters stays as it is.
 */
export function escapedControls(text: string): string {
  return text.replace(ALL_CONTROLS, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return unicodeEscape(character);
  });
}

/**
 * Returns `json` with an escape, such as `\u202e`, in place of each character that could steer a
 * terminal. It stays the same value: only line breaks and tabs between values are left as they are.
 */
export function escapedJson(json: string): string {
  return json.replace(ALL_CONTROLS, (character) => {
    // JSON has escaped these within strings; what is left of them is layout.
    return character.charCodeAt(0) < 0x20 ? character : unicodeEscape(character);
  });
}

/**
 * Returns `value` as JSON on one line that ends with a newline, in which no character could steer a
 * terminal.
 */
export function jsonLine(value: unknown): string {
  return `${escapedJson(JSON.stringify(value))}\n`;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
