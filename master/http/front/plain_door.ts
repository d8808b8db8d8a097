import { problemResponse } from "../../../protocol/http/problem.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";

/** Media type of a certificate in PEM (RFC 8555, section 9.1). */
const CERTIFICATE_MEDIA_TYPE = "application/pem-certificate-chain";

/**
 * Returns the handler for requests without TLS to a master that has TLS. It gives them the
 * certificate of the authority, which is public, so that a client can compare it with the pin in
 * its token; everything else is refused as `tls_required`.
 */
export function plainDoor({ ca }: { ca: string }): (request: Request) => Response {
  return ({ method, url }) => {
    if (method === "GET" && URL.parse(url)?.pathname === PATHS.ca) return certificateResponse(ca);
    return problemResponse(new DmlError("tls_required", "This master speaks TLS; nothing was done without it."));
  };
}

/** Returns the response with the certificate `ca` (PEM). */
export function certificateResponse(ca: string): Response {
  return new Response(ca, { headers: { "content-type": CERTIFICATE_MEDIA_TYPE, "cache-control": "no-cache" } });
}
