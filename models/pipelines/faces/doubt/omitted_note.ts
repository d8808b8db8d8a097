import type { Note } from "../../../../protocol/messages/prediction.ts";

/** Returns the remark on faces that were left out; none if there were none. */
export function omittedNote(count: number): Note[] {
  if (count === 0) return [];
  const [faces, them] = count === 1 ? ["1 face is", "it"] : [`${count} faces are`, "them"];
  return [{
    code: "doubtful_left_out",
    text: `${faces} left out as probably not human; --keep-doubtful (keepDoubtful=true) keeps ${them}.`,
  }];
}
