import { DEFAULT_PORT } from "../../protocol/http_api/paths.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { DEFAULT_HOST } from "../cli/flags.ts";

/** Address of the master if none is named. */
export const DEFAULT_MASTER: Address = { hostname: DEFAULT_HOST, port: DEFAULT_PORT };
