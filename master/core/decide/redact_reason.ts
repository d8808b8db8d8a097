import { clip } from "../../../protocol/kernel/clip.ts";
import { hasControls } from "../../../protocol/kernel/control_characters.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Note } from "../../../protocol/messages/prediction.ts";
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
  worker_died: "A worker crashed on this picture, or took too long.",
  deadline_exceeded: "The picture took too long.",
};

/**
 * Patterns of addresses, identities and paths, which a sentence for users has no reason to contain.
 */
const REVEALING_PATTERNS = [
  /\d{1,3}(\.\d{1,3}){3}/, // IPv4
  /[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:]*/i, // IPv6
  /\b[a-z]{1,8}_[0-9a-hjkmnp-tv-z]{20}\b/i, // an id of dml
  /dml[a-z]_[0-9a-z]{8}/i, // a token, or the secret of a session
  /:\/\/|localhost|\.local\b|:\d{2,5}\b/i, // URLs, host names, ports
  /(^|[\s'"(])(\/|~\/|[A-Za-z]:\\)\S/, // paths on the node
  /[\u200b-\u200f\u2060-\u206f\ufeff]/, // characters that nobody sees
];

/** Patterns of what only a node would put into the name of a tensor. */
const REVEALING_NAMES = [REVEALING_PATTERNS[0], REVEALING_PATTERNS[2], REVEALING_PATTERNS[3]];

/** Sentences that users read instead of the text of a note from a node. */
const PLAIN_NOTES: Readonly<Record<Note["code"], string>> = {
  picture_repaired: "The picture is damaged; some of it may be missing.",
  not_searched_finely: "Small faces may have been missed.",
  persons_limited: "More persons were found than can be reported.",
  doubtful_left_out: "Faces that are probably not human were left out.",
};

/** Length of the longest reason that users read, in characters. */
const REASON_CHARACTERS_MAX = 500;

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
  return reason === "" || isRevealing(state, reason) ? plain : clip(reason, REASON_CHARACTERS_MAX);
}

/**
 * Returns `notes`, as a node gave them, in which each text that reveals something about a node is
 * replaced by the plain sentence for its code.
 */
export function redactNotes(state: MasterState, notes: readonly Note[]): Note[] {
  return notes.map(({ code, text }) => ({ code, text: isRevealing(state, text) ? PLAIN_NOTES[code] : text }));
}

/**
 * Returns true if `name`, which the manifest does not list, reveals the node that gave it. Asks for
 * that node alone, so that no node can make the names of others fail by taking one of them.
 */
export function isRevealingName(state: MasterState, { name, nodeId }: { name: string; nodeId: string }): boolean {
  const node = state.nodes.get(nodeId);
  return isFoundIn(name, REVEALING_NAMES) || (node !== undefined && reveals(name, node));
}

/**
 * Returns true if `name`, which a node gave as that of a person, holds an address or an id of a
 * node. A person may be called like a node, so that the node's name says nothing.
 */
export function isRevealingPerson(state: MasterState, { name, nodeId }: { name: string; nodeId: string }): boolean {
  const node = state.nodes.get(nodeId);
  return isFoundIn(name, REVEALING_NAMES) || (node !== undefined && mentionsAny(name, placesOf(node)));
}

function isRevealing(state: MasterState, text: string): boolean {
  if (hasControls(text) || isFoundIn(text, REVEALING_PATTERNS)) return true;
  for (const node of state.nodes.values()) if (reveals(text, node)) return true;
  return false;
}

/** Returns true if one of `patterns` is in the text, even in letters that only look alike. */
function isFoundIn(text: string, patterns: readonly RegExp[]): boolean {
  const folded = fold(text);
  return patterns.some((pattern) => pattern.test(text) || pattern.test(folded));
}

function reveals(reason: string, node: NodeState): boolean {
  return mentionsAny(reason, [node.record.name, ...placesOf(node)]);
}

/** Returns the key of a node, its id without the prefix, and its address without the port. */
function placesOf({ record: { address, nodeId, publicKey } }: NodeState): string[] {
  return [address.replace(/:\d+$/, ""), nodeId.slice(nodeId.indexOf("_") + 1), publicKey];
}

function mentionsAny(text: string, words: readonly string[]): boolean {
  return words.some((word) => mentions(text, word) || mentions(fold(text), fold(word)));
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
