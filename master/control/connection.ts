import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { SessionState } from "../../protocol/wire/session.ts";

/** One connection to the control port. */
export interface ControlConnection {
  readonly connectionId: number;
  readonly peer: Peer;
  session: SessionState;
  /** Known when the core has taken the node in. */
  nodeId: string | null;
  sendsPicturesInline: boolean;
  /** Those that came and were not looked at: the results that name them come first. */
  pictures: InlinePicture[];
}

/** A picture has come on the connection. Throws `message_invalid` where none is taken. */
export function receivePicture({ sendsPicturesInline, pictures }: ControlConnection, picture: InlinePicture): void {
  if (!sendsPicturesInline) throw new DmlError("message_invalid", "A picture came on a connection that carries none.");
  pictures.push(picture);
}
