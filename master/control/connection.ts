import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { SessionState } from "../../protocol/wire/session.ts";

/** One connection to the control port. */
export interface ControlConnection {
  readonly connectionId: number;
  readonly peer: Peer;
  session: SessionState;
  /** `null` until the core has taken the node in. */
  nodeId: string | null;
  sendsPicturesInline: boolean;
  /** The pictures that have come and wait for the results that name them to be handled first. */
  pictures: InlinePicture[];
}

/**
 * Notes a picture that has come on the connection. Throws `message_invalid` if the connection
 * carries none.
 */
export function receivePicture({ sendsPicturesInline, pictures }: ControlConnection, picture: InlinePicture): void {
  if (!sendsPicturesInline) throw new DmlError("message_invalid", "A picture came on a connection that carries none.");
  pictures.push(picture);
}
