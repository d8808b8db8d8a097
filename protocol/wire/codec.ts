import { clip } from "../kernel/clip.ts";
import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { checkPayloadBytes } from "./frame.ts";
import { PROTOCOL_VERSION } from "../messages/hello.ts";
import { type Message, messageSchema } from "../messages/message.ts";
import { parseAs, z } from "../schema.ts";
import { describeMismatch, negotiateVersion } from "../messages/version_range.ts";

const SCHEMAS = new Map(
  messageSchema.options.map((schema) => [schema.shape.type.value as string, schema]),
);
const TYPE_CHARACTERS_MAX = 64;
const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Encodes the payload of a frame: one JSON object in UTF-8. Throws `message_invalid` for what the
 * other side would refuse (a number that is not finite, a text too long), so that it costs the
 * caller this message and not the connection, and `frame_too_large`.
 */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const schema = SCHEMAS.get(message.type);
  if (schema === undefined) throw unknownType(message.type);
  const payload = utf8Encoder.encode(JSON.stringify(parseMessage(schema, message)));
  if (payload.length > LIMITS.frameBytesMax) {
    throw new DmlError(
      "frame_too_large",
      `A ${message.type} message of ${payload.length} bytes is over the limit of ${LIMITS.frameBytesMax}.`,
    );
  }
  return payload;
}

/**
 * Decodes a payload of {@linkcode encodeMessage}. Throws `message_invalid` naming type and field,
 * `message_unknown` for a type that this version does not have, and `protocol_version` for the
 * `hello` of a version that this one cannot talk to.
 */
export function decodeMessage(payload: Uint8Array): Message {
  checkPayloadBytes(payload.length);
  const value = parseJson(payload);
  const type = typeOf(value);
  const schema = SCHEMAS.get(type);
  if (schema === undefined) throw unknownType(type);
  if (type === "hello") checkVersion(value);
  return parseMessage(schema, value);
}

function parseMessage(schema: (typeof messageSchema.options)[number], value: unknown): Message {
  return parseAs(schema, value, {
    what: `A ${schema.shape.type.value} message`,
    code: "message_invalid",
  });
}

function parseJson(payload: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8Decoder.decode(payload);
  } catch (error) {
    throw new DmlError("message_invalid", "A message was not UTF-8.", { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DmlError("message_invalid", "A message was not JSON.", { cause: error });
  }
}

function typeOf(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DmlError("message_invalid", "A message was not a JSON object.");
  }
  if (!("type" in value) || typeof value.type !== "string") {
    throw new DmlError("message_invalid", "A message had no type.");
  }
  return value.type;
}

function unknownType(type: string): DmlError {
  const shown = JSON.stringify(clip(type, TYPE_CHARACTERS_MAX));
  return new DmlError("message_unknown", `This version of dml has no message of type ${shown}.`);
}

/** The part of `hello` that no version may change. */
const anyHelloSchema = z.looseObject({
  protocol: z.looseObject({ min: z.number(), max: z.number() }),
});

/**
 * Checks the version before the rest, which another version may have changed. Throws
 * `protocol_version`.
 */
function checkVersion(value: unknown): void {
  const hello = anyHelloSchema.safeParse(value);
  if (!hello.success || negotiateVersion(PROTOCOL_VERSION, hello.data.protocol) !== null) return;
  throw new DmlError("protocol_version", describeMismatch(PROTOCOL_VERSION, hello.data.protocol));
}
