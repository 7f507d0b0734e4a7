// Functions on ranges of addresses (CIDR), of IPv4 and IPv6.
import { define } from './signature.ts';

export const networks = {
  cidrhost: define('prefix: text, hostnum: whole', (prefix, hostnum) => {
    const { family, bits, address } = parseRange(prefix);
    const free = BigInt(family.bits - bits);
    const host = BigInt(hostnum) < 0n ? (1n << free) + BigInt(hostnum) : BigInt(hostnum);
    if (host < 0n || host >= 1n << free)
      throw new Error(`prefix of ${bits} does not accommodate a host numbered ${hostnum}`);
    return family.write(address + host);
  }),
  cidrnetmask: define('prefix: text', prefix => {
    const { family, bits } = parseRange(prefix);
    if (family !== v4) throw new Error(`IPv6 addresses cannot have a netmask: ${JSON.stringify(prefix)}`);
    return v4.write(maskOf(v4, bits));
  }),
  cidrsubnet: define('prefix: text, newbits: whole, netnum: whole', (prefix, newbits, netnum) => {
    const { family, bits, address } = parseRange(prefix);
    const longer = bits + newbits;
    if (longer > family.bits) throw new Error(`insufficient address space to extend prefix of ${bits} by ${newbits}`);
    if (netnum < 0 || BigInt(netnum) >= 1n << BigInt(newbits)) {
      throw new Error(`prefix extension of ${newbits} does not accommodate a subnet numbered ${netnum}`);
    }
    return `${family.write(address + (BigInt(netnum) << BigInt(family.bits - longer)))}/${longer}`;
  }),
  cidrsubnets: define('prefix: text, ...newbits: whole', (prefix, ...newbits) => {
    const { family, bits, address } = parseRange(prefix);
    const end = address + (1n << BigInt(family.bits - bits));
    let next = address;
    return newbits.map(more => {
      const longer = bits + more;
      if (more < 1 || longer > family.bits)
        throw new Error(`prefix extension of ${more} is not possible for ${prefix}`);
      const size = 1n << BigInt(family.bits - longer);
      // Aligned to its own size.
      const start = ((next + size - 1n) / size) * size;
      if (start + size > end)
        throw new Error(`not enough remaining address space for a subnet with a prefix of ${longer} bits`);
      next = start + size;
      return `${family.write(start)}/${longer}`;
    });
  }),
};

interface Family {
  readonly bits: number;
  readonly write: (address: bigint) => string;
}

const v4: Family = {
  bits: 32,
  write: address => [24n, 16n, 8n, 0n].map(shift => (address >> shift) & 255n).join('.'),
};

const v6: Family = {
  bits: 128,
  write: address => {
    const groups = Array.from({ length: 8 }, (_, at) => ((address >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
    return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  },
};

function parseRange(text: string): { family: Family; bits: number; address: bigint } {
  const [host = '', length = ''] = text.split('/');
  const family = host.includes(':') ? v6 : v4;
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.POSITIVE_INFINITY;
  const address = family === v6 ? readV6(host) : readV4(host);
  if (address === undefined || bits > family.bits) {
    throw new Error(`invalid CIDR expression: invalid CIDR address: ${text}`);
  }
  return { family, bits, address: address & maskOf(family, bits) };
}

function maskOf(family: Family, bits: number): bigint {
  return ((1n << BigInt(bits)) - 1n) << BigInt(family.bits - bits);
}

function readV4(host: string): bigint | undefined {
  const parts = host.split('.');
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((address, part) => (address << 8n) | BigInt(part), 0n);
}

function readV6(host: string): bigint | undefined {
  const url = `http://[${host}]`;
  if (!URL.canParse(url)) return undefined;
  const [left = '', right] = new URL(url).hostname.slice(1, -1).split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].reduce((address, group) => (address << 16n) | BigInt(`0x${group}`), 0n);
}
