import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { MasterState, NodeState } from "../state/state.ts";

/** Sentences that users read instead of the reason from a node. */
const PLAIN_SENTENCES: Partial<Record<ErrorCode, string>> = {
  image_empty: "The picture has no bytes.",
  image_unsupported: "The picture is of a kind that cannot be read.",
  image_unreadable: "The picture cannot be read.",
  image_too_large: "The picture is too large.",
  tensor_invalid: "The tensors do not match the inputs of the model.",
  answer_too_large: "The answer of the model is too large.",
  engine_failed: "The model refused this picture.",
  worker_died: "A worker crashed on this picture.",
  deadline_exceeded: "The picture took too long.",
};

/**
 * Patterns of addresses, identities and paths, which a sentence for users has no reason to contain.
 */
const REVEALING_PATTERNS = [
  /\d{1,3}(\.\d{1,3}){3}/, // IPv4
  /[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:]*/i, // IPv6
  /\b[a-z]{1,8}_[0-9a-hjkmnp-tv-z]{20}\b/i, // an id of dml
  /:\/\/|localhost|\.local\b|:\d{2,5}\b/i, // URLs, host names, ports
  /(^|[\s'"(])(\/|~\/|[A-Za-z]:\\)\S/, // paths on the node
  // deno-lint-ignore no-control-regex -- a sentence for people has no control characters
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
];

/**
 * Length up to which a name counts only as a whole word, because it may be part of a common word.
 */
const SHORT_NAME_CHARACTERS = 4;

/**
 * Returns `reason`, as a node gave it, if it reveals nothing about any node; otherwise the plain
 * sentence for `code`. Users never learn which node served them, not even from a node that tries to
 * tell them.
 */
export function redactReason(
  state: MasterState,
  code: ErrorCode,
  reason: string,
): string {
  const plain = PLAIN_SENTENCES[code] ?? `It failed with ${code}.`;
  if (reason === "" || REVEALING_PATTERNS.some((pattern) => pattern.test(reason))) return plain;
  for (const node of state.nodes.values()) if (reveals(reason, node)) return plain;
  return reason;
}

function reveals(reason: string, { record }: NodeState): boolean {
  const host = record.address.replace(/:\d+$/, "");
  return [record.name, host, record.address, record.nodeId].some((word) =>
    mentions(reason, word) || mentions(fold(reason), fold(word))
  );
}

function mentions(text: string, word: string): boolean {
  if (word.trim() === "") return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (word.length > SHORT_NAME_CHARACTERS) return true;
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return true;
  }
  return false;
}

/**
 * Normalizes text so that letters that look alike are equal. Uses upper case because the lower case
 * of a letter may depend on its neighbours.
 */
function fold(text: string): string {
  return text.normalize("NFKD").toUpperCase();
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}
