/** Name of the directory for newer programs, within the data directory of a host. */
export const UPGRADE_DIRECTORY = "upgrade";
