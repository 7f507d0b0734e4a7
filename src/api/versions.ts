// API versions: the window that is served, and how versions compare.

/** Newest version served, and the one a path without a `/vX.YY` prefix means. */
export const maximumVersion = '1.51';
/** Oldest version served. */
export const minimumVersion = '1.24';

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`; versions are `major.minor`. */
export function compareVersions(a: string, b: string): number {
  const [majorA, minorA] = parts(a);
  const [majorB, minorB] = parts(b);
  return majorA - majorB || minorA - minorB;
}

/** Whether `version` is `other` or newer. */
export function isAtLeast(version: string, other: string): boolean {
  return compareVersions(version, other) >= 0;
}

function parts(version: string): [major: number, minor: number] {
  const dot = version.indexOf('.');
  return dot < 0 ? [Number(version), 0] : [Number(version.slice(0, dot)), Number(version.slice(dot + 1))];
}
