/** Where the newer programs of a host are, in its data directory. */
export const UPGRADE_DIRECTORY = "upgrade";
