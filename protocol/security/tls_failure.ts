import { isIpAddress } from "../http_api/address.ts";
import { DmlError } from "../kernel/errors.ts";

/** Error of a check of a certificate's dates, with the two times that it compared. */
const DATES = /verification time (\d+) \(UNIX\), but certificate is not valid (after|before) (\d+)/;
const WRONG_NAME = /not valid for name|NotValidForName/i;
const WRONG_CERTIFICATE = /invalid peer certificate/i;
const NO_TLS = /InvalidContentType|corrupt message/i;

/**
 * Returns the error for a connection to `name` (`HOST:PORT`) that failed with `error` because the
 * server did not prove who it is; `null` if it failed for another reason. Deno has no classes for
 * these errors, so they are told apart by their text.
 */
export function tlsFailure(error: unknown, { name }: { name: string }): DmlError | null {
  const text = textOf(error);
  const dates = DATES.exec(text);
  if (dates !== null) return outOfDate(error, { name, dates });
  if (WRONG_NAME.test(text)) {
    return untrusted(error, {
      sentence: `The certificate of the master at ${name} does not name that address.`,
      advice: "Use an address that `dml serve` prints, or start the master with --advertise NAME.",
    });
  }
  if (WRONG_CERTIFICATE.test(text)) {
    return untrusted(error, {
      sentence: `The server at ${name} cannot prove that it is the master: its certificate is from another authority.`,
      advice: ownCertificateAdvice(name),
    });
  }
  if (NO_TLS.test(text)) {
    return untrusted(error, {
      sentence: `The server at ${name} cannot prove that it is the master: it speaks no TLS.`,
    });
  }
  return null;
}

/**
 * Returns the way out for a master that was dialled by a host name, for which it may show another
 * certificate; `undefined` for the usual one.
 */
function ownCertificateAdvice(name: string): string | undefined {
  const { hostname } = URL.parse(`https://${name}`) ?? {};
  if (hostname === undefined || isIpAddress(hostname)) return undefined;
  return "If the master was started with --cert for that name, use the address that `dml serve` prints; " +
    "otherwise something stands in between.";
}

function outOfDate(cause: unknown, { name, dates }: { name: string; dates: RegExpExecArray }): DmlError {
  const [, nowSeconds, side, boundSeconds] = dates;
  const bound = side === "after" ? `ran out on ${dayOf(boundSeconds)}` : `begins on ${dayOf(boundSeconds)}`;
  return untrusted(cause, {
    sentence: `The certificate of the master at ${name} ${bound}, and this host's clock says ${dayOf(nowSeconds)}.`,
    advice: "Set the clocks of both hosts; if they are right, restart the master, which makes a new certificate.",
  });
}

function dayOf(seconds: string): string {
  return new Date(Number(seconds) * 1_000).toISOString().slice(0, "YYYY-MM-DD".length);
}

function untrusted(cause: unknown, { sentence, advice }: { sentence: string; advice?: string }): DmlError {
  return new DmlError("master_untrusted", sentence, { cause, advice });
}

/** Returns the text of `error` and of its cause, where `fetch` puts the reason. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${textOf(error.cause)}`;
}
