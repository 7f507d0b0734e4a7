// How long timers can be.

/** Milliseconds that a timer can wait; one that is given more would not wait at all. */
export const longestTimer = 2 ** 31 - 1;
