/**
 * Header of every request that the master's page sends. A page of another site cannot send it
 * without being asked first, and the master permits that to none.
 */
export const PAGE_HEADER = "dml-page";
