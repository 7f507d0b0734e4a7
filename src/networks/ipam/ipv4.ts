// IPv4 addresses and ranges as unsigned 32-bit numbers: pure arithmetic.

/** A range; `base` is its first address (the network address). */
export interface Subnet {
  base: number;
  /** Bits, 0 to 32. */
  prefix: number;
}

/** The number behind `172.17.0.1`; undefined if it is not a dotted quad. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** The dotted quad of a number. */
export function formatIpv4(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

/** `172.17.0.1/16` → the address and the range it is in; undefined if malformed. */
export function parseCidr(text: string): { address: number; subnet: Subnet } | undefined {
  const [ip, bits, ...rest] = text.split('/');
  const address = parseIpv4(ip ?? '');
  if (address === undefined || bits === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits)) return undefined;
  const prefix = Number(bits);
  if (prefix > 32) return undefined;
  return { address, subnet: subnetOf(address, prefix) };
}

/** The range of `prefix` bits that `address` is in. */
export function subnetOf(address: number, prefix: number): Subnet {
  return { base: address - (address % 2 ** (32 - prefix)), prefix };
}

/** `172.17.0.0/16`. */
export function formatSubnet(subnet: Subnet): string {
  return `${formatIpv4(subnet.base)}/${subnet.prefix}`;
}

/** The last address of the range (the broadcast address). */
export function lastAddress(subnet: Subnet): number {
  return subnet.base + 2 ** (32 - subnet.prefix) - 1;
}

/** Whether the two ranges share an address. */
export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.base <= lastAddress(b) && b.base <= lastAddress(a);
}

/** The locally administered MAC that belongs to an address: `02:42:` and its four bytes. */
export function macOf(address: number): string {
  const bytes = [0x02, 0x42, address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':');
}
