import { nodeCommandAnswerSchema, type NodeListing } from "../../../protocol/http_api/api.ts";
import { fleetAnswerSchema } from "../../../protocol/http_api/fleet_api.ts";
import { nodeCommandPath, nodePath } from "../../../protocol/http_api/paths.ts";
import { ask } from "../api/ask.ts";
import type { Question } from "../parts/confirm.tsx";

/** Something that can be done about a node. */
export interface NodeOrder {
  readonly label: string;
  readonly question: Question;
}

type Command = "drain" | "resume" | "shutdown" | "restart";

/** Returns what can be done about a node in its state. */
export function ordersFor(node: NodeListing): NodeOrder[] {
  switch (node.state) {
    case "ready":
    case "suspect":
      return [drain(node), restart(node), shutdown(node), removal(node)];
    case "draining":
      return [resume(node), restart(node), shutdown(node), removal(node)];
    case "waiting":
      return [approval(node), removal(node)];
    case "offline":
      return [removal(node)];
    case "removed":
      return [restoration(node)];
  }
}

function drain(node: NodeListing): NodeOrder {
  return order(node, "drain", {
    label: "Drain",
    text: "It finishes the pictures that it has and gets no new ones, until it is resumed.",
  });
}

function resume(node: NodeListing): NodeOrder {
  return order(node, "resume", { label: "Resume", text: "It gets pictures again." });
}

function restart(node: NodeListing): NodeOrder {
  return order(node, "restart", { label: "Restart", text: "It finishes what it has, ends, and starts again." });
}

function shutdown(node: NodeListing): NodeOrder {
  return order(node, "shutdown", {
    label: "Shut down",
    text: "It finishes what it has and ends. Only somebody on its host can start it again.",
    isDanger: true,
  });
}

function order(
  { nodeId, name }: NodeListing,
  command: Command,
  { label, text, isDanger }: { label: string; text: string; isDanger?: boolean },
): NodeOrder {
  const run = async () => {
    await ask(nodeCommandPath(nodeId), nodeCommandAnswerSchema, { method: "POST", json: { command } });
  };
  return { label, question: { title: `${label} ${name}?`, text, action: label, isDanger, run } };
}

function removal(node: NodeListing): NodeOrder {
  return decision(node, {
    label: "Remove",
    text: "It is put out of the cluster, and refused if it dials again. This can be taken back.",
    isDanger: true,
    path: nodePath(node.nodeId),
    method: "DELETE",
  });
}

function approval(node: NodeListing): NodeOrder {
  return decision(node, {
    label: "Let in",
    text: `It dials from ${node.address}. It will get galleries and pictures.`,
    path: nodePath(node.nodeId, "approve"),
    method: "POST",
  });
}

function restoration(node: NodeListing): NodeOrder {
  return decision(node, {
    label: "Take back",
    text: "Its key is accepted again when it dials.",
    path: nodePath(node.nodeId, "restore"),
    method: "POST",
  });
}

interface Decision {
  readonly label: string;
  readonly text: string;
  readonly path: string;
  readonly method: "POST" | "DELETE";
  readonly isDanger?: boolean;
}

function decision({ name }: NodeListing, { label, text, path, method, isDanger }: Decision): NodeOrder {
  const run = async () => {
    await ask(path, fleetAnswerSchema, { method });
  };
  return { label, question: { title: `${label}: ${name}?`, text, action: label, isDanger, run } };
}
