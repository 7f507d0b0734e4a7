// Times as lists of images show them.

/** Seconds since 1970 of an RFC 3339 time; 0 for none, and for one before. */
export function unixSeconds(time: string): number {
  return time ? Math.max(0, Math.floor(Date.parse(time) / 1000)) : 0;
}
