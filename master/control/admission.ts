import type { Hello } from "../../protocol/messages/hello.ts";
import { type Credentials, explainRefusal } from "../../protocol/security/credentials.ts";
import { nodeIdOf } from "../../protocol/security/node_key.ts";
import { sameSecret } from "../../protocol/security/tokens.ts";
import { APPROVAL, type Audit, THIS_MACHINE } from "../host/audit.ts";
import type { ConnectNode, EnrolmentProof } from "../core/messages/command.ts";

/** Returns the command that asks the core to let in a node that has proven its key. */
export function commandOfHello(
  hello: Hello,
  { connectionId, address, credentials, ownNodeToken = null }: {
    connectionId: number;
    address: string;
    /** `null` if the master demands no token. */
    credentials: Credentials | null;
    /** Secret of the node in the process of this master; `null` if there is none. */
    ownNodeToken?: string | null;
  },
): ConnectNode {
  const isOwn = ownNodeToken !== null && hello.token !== null && sameSecret(ownNodeToken, hello.token);
  const proof = isOwn ? { kind: "own" } as const : proofOf(hello, credentials);
  return { type: "connect_node", connectionId, nodeId: nodeIdOf(hello.publicKey), hello, proof, address };
}

/**
 * Records that a node is in for the first time, and counts the use of its token. A token that an
 * admin's approval has outlived lets nobody in, so its uses do not matter.
 */
export function recordEnrolment(
  { hello: { token, name }, nodeId, address }: { hello: Hello; nodeId: string; address: string },
  { credentials, audit, ownNodeToken = null }: {
    credentials: Credentials | null;
    audit: Audit;
    ownNodeToken?: string | null;
  },
): void {
  const actor = credentials === null || token !== null && token === ownNodeToken
    ? THIS_MACHINE
    : credentials.identify(token)?.name ?? APPROVAL;
  audit.record({ actor, action: "node.join", subject: name, detail: `${nodeId} at ${address}` });
  if (token !== null) credentials?.spend?.(token);
}

function proofOf({ token }: Hello, credentials: Credentials | null): EnrolmentProof {
  if (credentials === null) return { kind: "open" };
  const role = credentials.identify(token)?.role ?? null;
  if (role === "node") return { kind: "token" };
  if (role !== null) {
    const reason = `The token is one for the role ${role}, not for a node.`;
    return { kind: "none", code: "forbidden", reason };
  }
  const reason = token === null
    ? "This master does not know the key of the node, and no token came with it."
    : `This master does not know the key of the node. ${explainRefusal(credentials, token).reason}`;
  return { kind: "none", code: "unauthorized", reason: `${reason} ${LINE_ADVICE}` };
}

/** Advice to the person who starts the node, which travels with the reason of the refusal. */
const LINE_ADVICE = "On the master's host, `dml token show node` prints the line to join with.";
