import { baseUrlOf, formatAddress } from "../../protocol/http_api/address.ts";
import { HttpBlobStore } from "../../protocol/blob/http_blob_store.ts";
import type { ClusterInfo } from "../../protocol/http_api/api.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";
import { describeMismatch, negotiateVersion } from "../../protocol/messages/version_range.ts";
import { TcpTransport } from "../../protocol/transport/tcp_transport.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { VERSION } from "../../protocol/version.ts";
import type { DoctorContext, DoctorStep } from "./step.ts";
import { HttpClusterClient } from "../client/http/cluster.ts";
import { MasterHttp } from "../client/http/master_http.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const NODE_TOKEN = /^dmln_/;

/** A named master and its token. */
interface NamedMaster extends DoctorContext {
  readonly master: Address;
  readonly token: string | null;
}

/**
 * Returns the steps that ask a master: if it answers, speaks our protocol, is open to nodes and
 * lets the token in.
 */
export function masterSteps(options: NamedMaster): DoctorStep[] {
  const label = baseUrlOf(options.master);
  // Each step comes after the first one, which has asked.
  let info: ClusterInfo | null = null;
  const asked = async () => info ??= await whileAsking(options, (client) => client.info());
  return [
    {
      name: "master",
      async check() {
        const { version } = await asked();
        return `The master at ${label} answers; it runs dml ${version}.`;
      },
    },
    { name: "version", check: async () => checkVersion(await asked(), label) },
    { name: "control", check: async () => await checkControlPort(await asked(), options) },
    { name: "token", check: async () => await checkToken(await asked(), options) },
  ];
}

function checkVersion({ protocol, version }: ClusterInfo, label: string): string {
  const spoken = negotiateVersion(PROTOCOL_VERSION, protocol);
  if (spoken !== null) return `Both sides speak protocol ${spoken}.`;
  const sentence = `${label} runs dml ${version}, this is ${VERSION}: ${describeMismatch(PROTOCOL_VERSION, protocol)}`;
  throw new DmlError("protocol_version", sentence);
}

async function checkControlPort({ controlPort }: ClusterInfo, { master, signal }: NamedMaster): Promise<string> {
  const address = { hostname: master.hostname, port: controlPort };
  const transport = new TcpTransport({ log: SILENT_LOG });
  try {
    const timeout = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const connection = await transport.connect(address, { signal: AbortSignal.any([signal, timeout]) });
    connection.close();
  } catch (cause) {
    const where = formatAddress(address);
    const reason = asDmlError(cause).message;
    throw new DmlError("master_unreachable", `Nodes cannot reach the control port ${where}: ${reason}`, {
      cause,
      advice: `Open TCP ${controlPort} on the master's host, beside ${master.port}.`,
    });
  }
  return `The control port ${controlPort} takes connections.`;
}

/** Tries the token. That of a node opens the blobs only, so it is tried there. */
async function checkToken({ tokenRequired }: ClusterInfo, options: NamedMaster): Promise<string> {
  const { master, token } = options;
  if (!tokenRequired) return "No token is needed.";
  if (token !== null && NODE_TOKEN.test(token)) {
    using blobs = new HttpBlobStore(baseUrlOf(master), { token });
    await blobs.stat(digestOf(new Uint8Array(0)));
    return "The token lets a node in.";
  }
  await whileAsking(options, (client) => client.models());
  return "The token lets a user in.";
}

/**
 * Runs `ask` with a client of the master, which is closed afterwards or as soon as the signal
 * aborts.
 */
async function whileAsking<Result>(
  { master, signal, ...options }: NamedMaster,
  ask: (client: HttpClusterClient) => Promise<Result>,
): Promise<Result> {
  using http = new MasterHttp({ ...options, address: master });
  const stop = () => http.close();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await ask(new HttpClusterClient(http));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
