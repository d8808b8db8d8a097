import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { asDmlError, DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { TaskAssign } from "../../protocol/messages/task.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { SessionState } from "../../protocol/wire/session.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { PendingResults } from "./pending_results.ts";
import type { RefusedConnections } from "./refused_connections.ts";

/** One connection to the control port. */
export interface ControlConnection {
  readonly connectionId: number;
  readonly peer: Peer;
  session: SessionState;
  /** `null` until the core has admitted the node. */
  nodeId: string | null;
  /** True once the `welcome` has announced that pictures travel on this connection. */
  sendsPicturesInline: boolean;
  /** Pictures of the batch that is being handled; they are stored after its messages. */
  pictures: InlinePicture[];
}

/**
 * Queues a picture that arrived on the connection. Throws `message_invalid` if no pictures travel
 * on it.
 */
export function receivePicture({ sendsPicturesInline, pictures }: ControlConnection, picture: InlinePicture): void {
  if (!sendsPicturesInline) throw new DmlError("message_invalid", "A picture came, but none may travel here.");
  pictures.push(picture);
}

/**
 * Sends an assignment, and its picture right behind it if the connection can take that; otherwise
 * the node fetches the picture by its digest.
 */
export function sendAssignment(
  { peer, sendsPicturesInline }: ControlConnection,
  assign: TaskAssign,
  { inlinePictures }: { inlinePictures: Pick<MasterBlobs, "view"> | null },
): void {
  const { image } = assign;
  const bytes = sendsPicturesInline && image !== null && peer.canSendPicture(image.size)
    ? inlinePictures?.view(image.digest) ?? null
    : null;
  if (image === null || bytes === null) return peer.send(assign);
  peer.send({ ...assign, isInline: true });
  peer.sendPicture({ digest: image.digest, bytes });
}

/** Logs why the master closes a connection: as a warning if no node was admitted on it. */
export function logClose(
  { peer, nodeId }: ControlConnection,
  { code, reason, log, refused }: {
    code: ErrorCode;
    reason: string;
    log: Log;
    refused: Pick<RefusedConnections, "add">;
  },
): void {
  const fields = { remote: peer.remote, code, reason };
  if (nodeId !== null) log.debug("A node's connection is closed.", fields);
  // It tries again every second, and its first try was logged.
  else if (code === "approval_pending") log.debug("A node waits for approval.", fields);
  else refused.add(fields);
}

/**
 * Stores a picture of a result as if it were put over HTTP. If that fails, the result that waits
 * for it fails too.
 */
export function storePicture(
  { digest, bytes }: InlinePicture,
  { inlinePictures, results, log }: {
    inlinePictures: Pick<MasterBlobs, "results"> | null;
    results: Pick<PendingResults, "pictureFailed">;
    log: Log;
  },
): void {
  inlinePictures?.results.put(digest, bytes).catch((error) => {
    const failure = asDmlError(error);
    log.warn("The picture of a result could not be stored.", { digest, code: failure.code, reason: failure.message });
    results.pictureFailed(digest, failure);
  });
}
