import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { parseAs, z } from "../../../../protocol/schema.ts";

const numeral = z.string().regex(/^\d{1,9}$/, "must be a whole number").transform(Number);
const unit = z.string().regex(/^\d{0,3}(\.\d{1,12})?$/, "must be a number from 0 to 1").transform(Number)
  .pipe(z.number().min(0).max(1));

const FACES_PAGE = 20;
const FACES_PAGE_MAX = 10_000;

const querySchema = z.object({
  limit: numeral.default(0),
  prediction_count: numeral.pipe(z.number().min(1)).default(1),
  det_prob_threshold: unit.default(0),
  face_plugins: z.string().max(1_000).default(""),
  status: z.string().max(10).default("false"),
  subject: z.string().max(800).nullable().default(null),
  page: numeral.pipe(z.number().max(LIMITS.galleryPeopleMax)).default(0),
  size: numeral.pipe(z.number().min(1).max(FACES_PAGE_MAX)).default(FACES_PAGE),
});

/** The options of a request, of which each route looks at some. */
export interface CompreFaceQuery {
  /** Number of faces to answer, the largest first; 0 for all. */
  readonly limit: number;
  readonly predictionCount: number;
  /** Lowest score of a face. */
  readonly scoreMin: number;
  /** Names of the plugins whose findings are wanted. */
  readonly plugins: readonly string[];
  readonly status: boolean;
  /** `null` if none is named. */
  readonly subject: string | null;
  readonly page: number;
  readonly size: number;
}

/** Options that the clients join to others by a question mark, by mistake. */
const MISJOINED = /\?(?=(?:limit|prediction_count|det_prob_threshold|face_plugins|status|subject|page|size)=)/g;

/** Returns the options in `url`; those that are not known are ignored. Throws `request_invalid`. */
export function compreFaceQuery(url: string): CompreFaceQuery {
  const start = url.indexOf("?");
  const search = start < 0 ? "" : url.slice(start + 1).replace(MISJOINED, "&");
  const given = [...new URLSearchParams(search)].filter(([, value]) => value !== "");
  const query = parseAs(querySchema, Object.fromEntries(given), { what: "The query", code: "request_invalid" });
  return {
    limit: query.limit,
    predictionCount: query.prediction_count,
    scoreMin: query.det_prob_threshold,
    plugins: query.face_plugins.split(",").map((plugin) => plugin.trim().toLowerCase()).filter((plugin) =>
      plugin !== ""
    ),
    status: query.status.toLowerCase() === "true",
    subject: query.subject,
    page: query.page,
    size: query.size,
  };
}

/** Returns the subject in the query. Throws `request_invalid` if there is none. */
export function subjectIn({ subject }: CompreFaceQuery): string {
  if (subject !== null) return subject;
  throw new DmlError("request_invalid", "The query names no subject.", { advice: "Add ?subject=NAME." });
}
