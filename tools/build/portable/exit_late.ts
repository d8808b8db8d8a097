/** What the watcher of a program that is tried ends with when that has not come up in time. */
export const EXIT_LATE = 9;
