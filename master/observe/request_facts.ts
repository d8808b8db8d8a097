import type { Prediction } from "../../protocol/messages/prediction.ts";

/** Facts about a request that only its route and its handler know. */
export interface RequestFacts {
  /** Name of the token, or of the machine; `null` if the request carries no valid token. */
  readonly token?: string | null;
  /** Address that it came from; absent if it came from this process. */
  readonly remote?: string;
  /** True if a node sent it. */
  readonly isFromNode?: boolean;
  /** Method and pattern of the route, such as `GET /v1/nodes/:nodeId`. */
  readonly route?: string;
  /** Model that was asked, with its version if that is known. */
  readonly model?: string;
  /** Gallery that faces were compared with; `null` for none. */
  readonly gallery?: string | null;
  /** Size of the picture. */
  readonly bytes?: number;
  /** Number of persons in the picture. */
  readonly faces?: number;
  /** Names of the persons that were recognised. */
  readonly names?: readonly string[];
}

const FACTS = new WeakMap<Request, { all: RequestFacts }>();

/** Adds `facts` to those that are known about `request`. */
export function noteFacts(request: Request, facts: RequestFacts): void {
  const noted = notesOf(request);
  noted.all = { ...noted.all, ...facts };
}

/** Returns all facts that were noted about `request`. */
export function factsOf(request: Request): RequestFacts {
  return FACTS.get(request)?.all ?? {};
}

/** Returns the facts about the persons in the pictures of a request. */
export function personFacts(predictions: readonly Pick<Prediction, "persons">[]): RequestFacts {
  const persons = predictions.flatMap((prediction) => prediction.persons);
  return { faces: persons.length, names: persons.flatMap(({ name }) => name ?? []) };
}

/**
 * Returns the owner by whose share of the nodes the picture of a request is served: the token, and
 * the address, because many people may have the same token.
 */
export function ownerOf(request: Request): string {
  const { token, remote } = factsOf(request);
  return `${token ?? ""} ${remote ?? ""}`;
}

/** Has `replacement` share its facts with the request that it takes the place of. */
export function shareFacts(request: Request, replacement: Request): void {
  FACTS.set(replacement, notesOf(request));
}

function notesOf(request: Request): { all: RequestFacts } {
  const known = FACTS.get(request);
  if (known !== undefined) return known;
  const noted = { all: {} };
  FACTS.set(request, noted);
  return noted;
}
