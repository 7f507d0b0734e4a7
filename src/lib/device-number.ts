// Device numbers as `Stats.rdev` carries them.

/** The two halves, as glibc's gnu_dev_major and gnu_dev_minor give them. */
export function splitDevice(device: number): { major: number; minor: number } {
  const number = BigInt(device);
  return {
    major: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n)),
    minor: Number((number & 0xffn) | ((number >> 12n) & 0xffffff00n)),
  };
}
