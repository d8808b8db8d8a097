import type { MessageType } from "./message.ts";

/** The two ends of a node's connection. */
export type Side = "master" | "node";

/** Who may send what on the connection of a node; what travels only on that of a user, nobody. */
const SENDERS: Readonly<Record<MessageType, Side | "both" | "nobody">> = {
  "hello": "node",
  "availability": "node",
  "model.ready": "node",
  "model.failed": "node",
  "gallery.ready": "node",
  "gallery.failed": "node",
  "task.result": "node",
  "task.failed": "node",
  "command.done": "node",
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
  "user.hello": "nobody",
  "user.welcome": "nobody",
  "prediction.ask": "nobody",
  "prediction.cancel": "nobody",
  "prediction.answer": "nobody",
  "prediction.refuse": "nobody",
  "goodbye": "both",
  "error": "both",
};

/** Whether the side `from` may ever send a message of `type` on the connection of a node. */
export function mayCome(type: MessageType, options: { from: Side }): boolean {
  const sender = SENDERS[type];
  return sender === "both" || sender === options.from;
}

/** The other end. */
export function otherSide(side: Side): Side {
  return side === "master" ? "node" : "master";
}
