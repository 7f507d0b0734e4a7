// Comparing kernel versions.

/** `running` as uname gives it (`6.18.44-amd64`), `wanted` as `major.minor`. */
export function kernelAtLeast(running: string, wanted: string): boolean {
  const [major = 0, minor = 0] = numbers(running);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(wanted);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function numbers(version: string): number[] {
  return version.split(/[^0-9]+/, 2).map(Number);
}
