import { newStoredKey, type NodeKey, openNodeKey } from "../../../protocol/security/node_key.ts";

/** Keys by number, so that a node of a test is the same one each time. */
const keys = new Map<number, Promise<NodeKey>>();

/** Returns the key of the node `number` of the tests in this process. */
export function keyOf(number: number): Promise<NodeKey> {
  const known = keys.get(number);
  if (known !== undefined) return known;
  const key = newStoredKey().then(openNodeKey);
  keys.set(number, key);
  return key;
}
