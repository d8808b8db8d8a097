import type { DmlError } from "../../../protocol/kernel/errors.ts";
import { printable } from "../../terminal/render.ts";

/**
 * What hears of refusals that are waited out, and says once, by `announce`, that somebody waits, and for what. A full queue is
 * no news: it empties while pictures are looked at.
 */
export function waitingLine(announce: (sentence: string) => void): (refusal: DmlError) => void {
  let isTold = false;
  return ({ code, message }) => {
    if (isTold || code === "queue_full") return;
    isTold = true;
    const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
    const wait = code === "no_capable_node" ? "Waiting for one; `dml join` starts one." : "Waiting, to ask again.";
    announce(`${printable(sentence)} ${wait}`);
  };
}
