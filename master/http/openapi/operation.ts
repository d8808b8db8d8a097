import type { z } from "../../../protocol/schema.ts";
import type { SchemaName } from "./schemas.ts";

/** Body of a request: JSON of a schema, one or more pictures, or bytes of a media type. */
export type BodyKind = SchemaName | "pictures" | { readonly mediaType: string };
/** Answer to a request: JSON of a schema, a media type, or nothing. */
export type AnswerKind = SchemaName | { readonly mediaType: string } | null;

/** Description of one route, for the OpenAPI document. */
export interface Operation {
  /** Method and path as in the table of roles, such as `GET /v1/galleries/:gallery`. */
  readonly route: string;
  readonly tag: Tag;
  /** One sentence about what a request to it does. */
  readonly summary: string;
  /** More about it; absent if the summary says all. */
  readonly description?: string;
  /** Parameters of the query; absent if there are none. */
  readonly query?: z.ZodObject;
  /** Absent if there is none. */
  readonly body?: BodyKind;
  readonly answer: AnswerKind;
  /** Status of a success, 200 if absent. */
  readonly status?: number;
  /** Other media types that a success may have; see `Accept`. */
  readonly alsoAnswers?: readonly string[];
}

/** Groups of routes, in the order in which they are shown. */
export const TAGS = ["pictures", "people", "models", "nodes", "files", "access", "master", "bytes"] as const;
export type Tag = (typeof TAGS)[number];
