import { DmlError } from "../kernel/errors.ts";
import { type Digest, isDigest } from "../kernel/digest.ts";
import type { HttpClient } from "./http_client.ts";
import { PATHS } from "./paths.ts";
import { errorOfResponse } from "./problem.ts";

/** Names the picture in an answer to {@linkcode askNextPicture}. */
export const DIGEST_HEADER = "dml-digest";

/** How long a master lets a node wait for its next picture before it says that there is none yet. */
export const NEXT_PICTURE_WAIT_MS = 25_000;

/** What came for the next assignment of a node. */
export interface NextPicture {
  readonly digest: Digest;
  /** Not verified yet. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The 200 with a picture, or the 204 that there is none yet. */
export function nextPictureResponse(picture: NextPicture | null): Response {
  if (picture === null) return new Response(null, { status: 204 });
  const { digest, bytes } = picture;
  const headers = {
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    [DIGEST_HEADER]: digest,
  };
  return new Response(bytes, { headers });
}

/** Whom to ask, and as whom. */
export interface NextPictureOptions {
  readonly client: HttpClient;
  readonly token: string | null;
  readonly signal: AbortSignal;
}

/**
 * Waits for the picture of the node's next assignment, which comes with it instead of being fetched behind it. `key` is the one
 * of the node's welcome. Null when there was none for a while. Throws what the master answers, and what {@linkcode HttpClient} does.
 */
export async function askNextPicture(
  key: string,
  { client, token, signal }: NextPictureOptions,
): Promise<NextPicture | null> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const path = `${PATHS.nextPicture}?key=${encodeURIComponent(key)}`;
  const answer = await client.send({ method: "GET", path, headers, signal });
  if (!answer.ok) throw await errorOfResponse(answer, { what: "the question for the next picture" });
  const bytes = await answer.bytes();
  if (answer.status === 204) return null;
  const digest = answer.headers.get(DIGEST_HEADER) ?? "";
  if (!isDigest(digest)) throw new DmlError("request_invalid", "the master does not say which picture it sent");
  return { digest, bytes };
}
