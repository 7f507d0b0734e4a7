// Device numbers as Linux encodes them.

/** The number of a device as `Stats.rdev` and mknod carry it. */
export function makeDevice(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + ((minor >>> 8) & 0xfff) * 0x100000;
}
