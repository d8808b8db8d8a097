/** Exit code of the watcher if the master did not accept the version on trial in time. */
export const EXIT_LATE = 9;
