import { Hono } from "hono";
import type { Role } from "../../../../protocol/security/roles.ts";
import { audited, type AuditedRoute } from "../../audited_routes.ts";
import type { Access } from "../../role_routes.ts";
import type { Dialect, DialectServices } from "../dialect.ts";
import { deepStackError } from "./errors.ts";
import { faceRoutes } from "./face_routes.ts";
import { objectRoutes } from "./object_routes.ts";
import { statusRoutes } from "./status_routes.ts";

const VISION = "/v1/vision";
const STATUS = "/v1/status";
const SERVER_STATUS = "/v1/server/status";
const USERS: readonly Role[] = ["user", "people", "admin"];
const PEOPLE: readonly Role[] = ["people", "admin"];

const ROLES: Readonly<Record<string, Access>> = {
  [`POST ${VISION}/detection`]: USERS,
  [`POST ${VISION}/custom/list`]: USERS,
  [`POST ${VISION}/custom/:model`]: USERS,
  [`POST ${VISION}/scene`]: USERS,
  [`POST ${VISION}/face`]: USERS,
  [`POST ${VISION}/face/recognize`]: USERS,
  [`POST ${VISION}/face/match`]: USERS,
  [`POST ${VISION}/face/register`]: PEOPLE,
  [`POST ${VISION}/face/delete`]: PEOPLE,
  [`POST ${VISION}/face/list`]: PEOPLE,
  [`GET ${STATUS}/ping`]: "open",
  [`GET ${STATUS}/version`]: "open",
  [`GET ${SERVER_STATUS}/ping`]: "open",
  [`GET ${SERVER_STATUS}/version`]: "open",
};

const AUDITED: Readonly<Record<string, AuditedRoute>> = {
  [`POST ${VISION}/face/register`]: audited("person.enrol", ""),
  [`POST ${VISION}/face/delete`]: audited("person.remove", ""),
};

/**
 * DeepStack, and CodeProject.AI, which took its interface: for Home Assistant, Frigate, Blue Iris,
 * Agent DVR and double-take. Every failure but that of the token is answered with status 200 and
 * `success: false`, because the clients read no other.
 */
export const DEEPSTACK: Dialect = {
  name: "deepstack",
  owns: (path) => [VISION, STATUS, SERVER_STATUS].some((base) => path.startsWith(`${base}/`)),
  roles: ROLES,
  audited: AUDITED,
  keyFields: ["admin_key", "api_key"],
  routes: (services: DialectServices) => {
    return new Hono()
      .route(VISION, objectRoutes(services))
      .route(VISION, faceRoutes(services))
      .route(STATUS, statusRoutes())
      .route(SERVER_STATUS, statusRoutes());
  },
  answerOf: deepStackError,
};
