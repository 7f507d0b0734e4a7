// Device numbers as Linux encodes them.

/** The number of a device as `Stats.rdev` and mknod carry it. */
export function makeDevice(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + ((minor >>> 8) & 0xfff) * 0x100000;
}

/** The two halves of a device number. */
export function splitDevice(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}
