import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { SessionState } from "../../protocol/wire/session.ts";

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
