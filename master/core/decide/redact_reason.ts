import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { MasterState, NodeState } from "../state/state.ts";

/** What users read instead of a node's own words. */
const PLAIN_SENTENCES: Partial<Record<ErrorCode, string>> = {
  image_empty: "The picture has no bytes.",
  image_unsupported: "The picture is of a kind that cannot be read.",
  image_unreadable: "The picture cannot be read.",
  image_too_large: "The picture is too large.",
  tensor_invalid: "The tensors are not those that the model takes.",
  answer_too_large: "The model answers with more than fits into an answer.",
  engine_failed: "The model refused this picture.",
  worker_died: "A worker died of this picture.",
  deadline_exceeded: "The picture took too long.",
};

/** Addresses, identities and places that a sentence for users has no reason to hold. */
const TELLTALES = [
  /\d{1,3}(\.\d{1,3}){3}/, // IPv4
  /[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:]*/i, // IPv6
  /\b[a-z]{1,8}_[0-9a-hjkmnp-tv-z]{20}\b/i, // an id of dml
  /:\/\/|localhost|\.local\b|:\d{2,5}\b/i, // URLs, host names, ports
  /(^|[\s'"(])(\/|~\/|[A-Za-z]:\\)\S/, // paths on the node
  // deno-lint-ignore no-control-regex -- a sentence for people has no control characters
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
];

/** Names so short that they are parts of common words count only where they stand alone. */
const SHORT_NAME_CHARACTERS = 4;

/**
 * `reason`, as a node gave it, if it tells nothing of any node; else the plain sentence of `code`. Users never learn
 * which node served them, not even from a node that would like to tell.
 */
export function redactReason(
  state: MasterState,
  code: ErrorCode,
  reason: string,
): string {
  const plain = PLAIN_SENTENCES[code] ?? `It failed with ${code}.`;
  if (reason === "" || TELLTALES.some((telltale) => telltale.test(reason))) return plain;
  for (const node of state.nodes.values()) if (betrays(reason, node)) return plain;
  return reason;
}

function betrays(reason: string, { record }: NodeState): boolean {
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

/** Letters that look alike are alike. Upper case, as what the lower case of a letter is may depend on its neighbours. */
function fold(text: string): string {
  return text.normalize("NFKD").toUpperCase();
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}
