import { type InlinePicture, named, type NamedPicture } from "../../protocol/wire/picture_frame.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { SessionState } from "../../protocol/wire/session.ts";
import type { UserLine } from "./user_session.ts";

/** One connection to the control port. */
export interface ControlConnection {
  readonly connectionId: number;
  readonly peer: Peer;
  session: SessionState;
  /** Known when the core has taken the node in. */
  nodeId: string | null;
  /** Not null from when it turned out to be a user's. */
  user: UserLine | null;
  sendsPicturesInline: boolean;
  /** Those that came and were not looked at: the results that name them come first. */
  pictures: NamedPicture[];
}

/** A picture has come on the connection. Throws `message_invalid` where none is taken, or none without a name. */
export function receivePicture(
  { sendsPicturesInline, pictures, user }: ControlConnection,
  picture: InlinePicture,
): void {
  if (user !== null) return user.takeIn(picture);
  if (!sendsPicturesInline) throw new DmlError("message_invalid", "A picture came on a connection that carries none.");
  pictures.push(named(picture));
}
