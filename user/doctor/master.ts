import { baseUrlOf } from "../../protocol/http_api/address.ts";
import { HttpBlobStore } from "../../protocol/blob/http_blob_store.ts";
import type { ClusterInfo } from "../../protocol/http_api/api.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";
import { describeMismatch, negotiateVersion } from "../../protocol/messages/version_range.ts";
import type { MasterTrust } from "../../protocol/security/master_trust.ts";
import { splitPin } from "../../protocol/security/pin.ts";
import { trustOf } from "../../protocol/security/trust.ts";
import { controlPortFailure } from "../../protocol/transport/control_port_failure.ts";
import { TlsTransport } from "../../protocol/transport/tls_transport.ts";
import { TcpTransport } from "../../protocol/transport/tcp_transport.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { VERSION } from "../../protocol/version.ts";
import type { DoctorContext, DoctorStep } from "./step.ts";
import { HttpClusterClient } from "../client/http/cluster.ts";
import { MasterHttp } from "../client/http/master_http.ts";

const NODE_TOKEN = /^dmln_/;

/** A named master and its token. */
interface NamedMaster extends DoctorContext {
  readonly master: Address;
  readonly token: string | null;
}

/** A master that has said how it is recognised. */
interface KnownMaster extends NamedMaster {
  readonly trust: MasterTrust;
}

/**
 * Returns the steps that ask a master: if it answers, speaks our protocol, is open to nodes and
 * lets the token in.
 */
export function masterSteps(options: NamedMaster): DoctorStep[] {
  // Each step comes after the first one, which has asked.
  let known: KnownMaster | null = null;
  let info: ClusterInfo | null = null;
  const asked = async () => {
    known ??= { ...options, trust: await trustOf({ ...options, address: options.master }) };
    info ??= await whileAsking(known, (client) => client.info());
    return { info, known, label: baseUrlOf(known.master, known.trust) };
  };
  return [
    {
      name: "master",
      async check() {
        const { info: { version }, label } = await asked();
        return `The master at ${label} answers; it runs dml ${version}.`;
      },
    },
    {
      name: "version",
      async check() {
        const { info, label } = await asked();
        return checkVersion(info, label);
      },
    },
    {
      name: "control",
      async check() {
        const { info, known } = await asked();
        return await checkControlPort(info, known);
      },
    },
    {
      name: "token",
      async check() {
        const { info, known } = await asked();
        return await checkToken(info, known);
      },
    },
  ];
}

function checkVersion({ protocol, version }: ClusterInfo, label: string): string {
  const spoken = negotiateVersion(PROTOCOL_VERSION, protocol);
  if (spoken !== null) return `Both sides speak protocol ${spoken}.`;
  const sentence = `${label} runs dml ${version}, this is ${VERSION}: ${describeMismatch(PROTOCOL_VERSION, protocol)}`;
  throw new DmlError("protocol_version", sentence);
}

async function checkControlPort({ controlPort }: ClusterInfo, { master, trust, signal }: KnownMaster): Promise<string> {
  const address = { hostname: master.hostname, port: controlPort };
  const transport = trust === null ? new TcpTransport() : new TlsTransport(trust);
  try {
    (await transport.connect(address, { signal })).close();
  } catch (cause) {
    throw controlPortFailure(cause, { control: address, httpPort: master.port });
  }
  return `The control port ${controlPort} takes connections.`;
}

/** Tries the token. That of a node opens nothing over HTTP, but the master says that it knows it. */
async function checkToken({ tokenRequired }: ClusterInfo, options: KnownMaster): Promise<string> {
  const { master, token, trust } = options;
  if (!tokenRequired) return "No token is needed.";
  if (token !== null && NODE_TOKEN.test(token)) {
    const { secret } = splitPin(token);
    using blobs = new HttpBlobStore(baseUrlOf(master, trust), { token: secret, trust: () => trust });
    try {
      await blobs.open(digestOf(new Uint8Array(0)));
    } catch (error) {
      if (asDmlError(error).code !== "forbidden") throw error;
    }
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
  { master, signal, ...options }: KnownMaster,
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
