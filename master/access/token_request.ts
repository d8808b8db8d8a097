import type { TokenRequest } from "../../protocol/http_api/token_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Throws `request_invalid` if the parts of a request for a token do not fit together. */
export function checkTokenRequest({ role, uses, gallery, plain }: TokenRequest): void {
  if (plain && role !== "user" && role !== "people") {
    throw new DmlError("request_invalid", `A token of the role ${role} is never accepted without TLS.`, {
      advice: "Use --role user or --role people, or leave --for-plain out.",
    });
  }
  if (uses !== undefined && role !== "node") {
    throw new DmlError(
      "request_invalid",
      `A token of the role ${role} has no number of uses: only nodes are counted.`,
      {
        advice: "Limit it in time, with --ttl.",
      },
    );
  }
  if ((role === "people") === (gallery !== undefined)) return;
  throw new DmlError(
    "request_invalid",
    role === "people" ? "A token of the role people needs a gallery." : `A token of the role ${role} has no gallery.`,
    { advice: role === "people" ? "Name it with --gallery." : "Leave --gallery out, or use --role people." },
  );
}
