import { type CarriedPicture, named, type NamedPicture } from "../../protocol/wire/picture_frame.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { SessionState } from "../../protocol/wire/session.ts";
import type { UserLine } from "./user_session.ts";

/** One connection to the control port. */
export interface Link {
  readonly connectionId: number;
  readonly peer: Peer;
  session: SessionState;
  /** Known when the core has taken the node in. */
  nodeId: string | null;
  /** Not null from when it turned out to be a user's. */
  user: UserLine | null;
  carriesPictures: boolean;
  /** Those that came and were not looked at: the results that name them come first. */
  pictures: NamedPicture[];
}

/** A picture has come on the connection. Throws `message_invalid` where none is taken, or none without a name. */
export function hear({ carriesPictures, pictures, user }: Link, picture: CarriedPicture): void {
  if (user !== null) return user.takeIn(picture);
  if (!carriesPictures) throw new DmlError("message_invalid", "A picture came on a connection that carries none.");
  pictures.push(named(picture));
}
