import { Hono } from "hono";
import type { Role } from "../../../../protocol/security/roles.ts";
import { audited, type AuditedRoute } from "../../audited_routes.ts";
import type { Access } from "../../role_routes.ts";
import type { Dialect, DialectServices } from "../dialect.ts";
import { compreFaceError } from "./errors.ts";
import { galleryRoutes } from "./gallery_routes.ts";
import { pictureRoutes } from "./picture_routes.ts";

/** Path of every route. */
const BASE = "/api/v1";
const RECOGNITION = `${BASE}/recognition`;
const USERS: readonly Role[] = ["user", "people", "admin"];
const PEOPLE: readonly Role[] = ["people", "admin"];

const ROLES: Readonly<Record<string, Access>> = {
  [`POST ${RECOGNITION}/recognize`]: USERS,
  [`POST ${BASE}/detection/detect`]: USERS,
  [`POST ${BASE}/verification/verify`]: USERS,
  [`GET ${RECOGNITION}/faces`]: PEOPLE,
  [`POST ${RECOGNITION}/faces`]: PEOPLE,
  [`DELETE ${RECOGNITION}/faces`]: PEOPLE,
  [`POST ${RECOGNITION}/faces/delete`]: PEOPLE,
  [`DELETE ${RECOGNITION}/faces/:imageId`]: PEOPLE,
  [`GET ${RECOGNITION}/faces/:imageId/img`]: PEOPLE,
  [`POST ${RECOGNITION}/faces/:imageId/verify`]: PEOPLE,
  [`GET ${RECOGNITION}/subjects`]: PEOPLE,
  [`POST ${RECOGNITION}/subjects`]: PEOPLE,
  [`DELETE ${RECOGNITION}/subjects`]: PEOPLE,
  [`GET ${RECOGNITION}/subjects/`]: PEOPLE,
  [`POST ${RECOGNITION}/subjects/`]: PEOPLE,
  [`DELETE ${RECOGNITION}/subjects/`]: PEOPLE,
  [`PUT ${RECOGNITION}/subjects/:subject`]: PEOPLE,
  [`DELETE ${RECOGNITION}/subjects/:subject`]: PEOPLE,
};

const AUDITED: Readonly<Record<string, AuditedRoute>> = {
  [`POST ${RECOGNITION}/faces`]: audited("person.enrol", ""),
  [`DELETE ${RECOGNITION}/faces`]: audited("face.remove", ""),
  [`POST ${RECOGNITION}/faces/delete`]: audited("face.remove", ""),
  [`DELETE ${RECOGNITION}/faces/:imageId`]: audited("face.remove", ""),
  [`DELETE ${RECOGNITION}/subjects`]: audited("person.remove", ""),
  [`DELETE ${RECOGNITION}/subjects/`]: audited("person.remove", ""),
  [`PUT ${RECOGNITION}/subjects/:subject`]: audited("person.change", ""),
  [`DELETE ${RECOGNITION}/subjects/:subject`]: audited("person.remove", ""),
};

/**
 * CompreFace of Exadel (docs/Rest-API-description.md of exadel-inc/CompreFace), for its SDKs,
 * double-take and Home Assistant. A key is a token of dml; its gallery holds the subjects.
 */
export const COMPREFACE: Dialect = {
  name: "compreface",
  owns: (path) => path.startsWith(`${BASE}/`),
  roles: ROLES,
  audited: AUDITED,
  keyFields: [],
  routes: (services: DialectServices) => {
    return new Hono().route(BASE, pictureRoutes(services)).route(RECOGNITION, galleryRoutes(services));
  },
  answerOf: compreFaceError,
};
