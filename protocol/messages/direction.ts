import type { MessageType } from "./message.ts";

/** The two ends of a control connection. */
export type Side = "master" | "node";

/** The sender of each type of message. */
const SENDERS: Readonly<Record<MessageType, Side | "both">> = {
  "hello": "node",
  "proof": "node",
  "availability": "node",
  "model.ready": "node",
  "model.failed": "node",
  "gallery.ready": "node",
  "gallery.failed": "node",
  "task.result": "node",
  "task.failed": "node",
  "command.done": "node",
  "challenge": "master",
  "welcome": "master",
  "reject": "master",
  "ping": "master",
  "model.offer": "master",
  "model.retire": "master",
  "gallery.offer": "master",
  "gallery.retire": "master",
  "task.assign": "master",
  "task.cancel": "master",
  "command.run": "master",
  "program.offer": "master",
  "program.state": "node",
  "log.records": "node",
  "log.position": "master",
  "exec.start": "master",
  "exec.credit": "master",
  "exec.cancel": "master",
  "exec.output": "node",
  "exec.ended": "node",
  "file.order": "master",
  "file.cancel": "master",
  "file.failed": "node",
  "goodbye": "both",
  "error": "both",
};

/** Returns true if the side `from` may ever send a message of `type`. */
export function mayCome(type: MessageType, options: { from: Side }): boolean {
  const sender = SENDERS[type];
  return sender === "both" || sender === options.from;
}

/** Returns the other end of the connection. */
export function otherSide(side: Side): Side {
  return side === "master" ? "node" : "master";
}
