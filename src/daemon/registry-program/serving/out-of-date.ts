// Certificates that clients will refuse because of their dates.

import { X509Certificate } from 'node:crypto';

/** From when to when the first certificate of a PEM text counts, if that is not at `now` (milliseconds of the epoch). */
export function outOfDate(pem: string, now: number): { from: string; to: string } | undefined {
  const { validFrom: from, validTo: to } = new X509Certificate(pem);
  return Date.parse(from) > now || Date.parse(to) < now ? { from, to } : undefined;
}
