// What the address pool must do.

import { describe, expect, test } from 'bun:test';
import { errorKind } from '../../lib/errors.ts';
import { AddressPool } from './address-pool.ts';
import { choosePool } from './default-pools.ts';
import { formatIpv4, formatSubnet, macOf, overlaps, parseCidr, parseIpv4, type Subnet } from './ipv4.ts';

const subnet = (text: string): Subnet => parseCidr(text)?.subnet ?? { base: 0, prefix: 0 };

function pool(text: string, stillThere?: (link: string) => boolean): AddressPool {
  const range = subnet(text);
  return new AddressPool({ subnet: range, reserved: [range.base + 1], ...(stillThere ? { stillThere } : {}) });
}

function kindOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return errorKind(error);
  }
  return 'none';
}

describe('address pool', () => {
  test('gives the lowest free address and skips the gateway', () => {
    const addresses = pool('172.17.0.0/16');
    expect([addresses.allocate(), addresses.allocate(), addresses.allocate()]).toEqual([
      '172.17.0.2',
      '172.17.0.3',
      '172.17.0.4',
    ]);
    addresses.release('172.17.0.3');
    expect(addresses.allocate()).toBe('172.17.0.3');
    expect(addresses.allocate()).toBe('172.17.0.5');
  });

  test('never gives the network and broadcast addresses, and says when it is empty', () => {
    const addresses = pool('10.0.0.0/29');
    const all = Array.from({ length: 5 }, () => addresses.allocate());
    expect(all).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(kindOf(() => addresses.allocate())).toBe('conflict');
    addresses.release('10.0.0.4');
    expect(addresses.allocate()).toBe('10.0.0.4');
  });

  test('holds an address back while the old interface is there', () => {
    const there = new Set(['v1']);
    const addresses = pool('172.17.0.0/16', link => there.has(link));
    expect(addresses.allocate()).toBe('172.17.0.2');
    addresses.release('172.17.0.2', 'v1');
    expect(addresses.allocate()).toBe('172.17.0.3');
    there.delete('v1');
    expect(addresses.allocate()).toBe('172.17.0.2');
  });

  test('waits for no interface when every address is taken', () => {
    const addresses = pool('10.0.0.0/29', () => true);
    const all = Array.from({ length: 5 }, () => addresses.allocate());
    for (const [i, address] of all.entries()) addresses.release(address, `v${i}`);
    expect(kindOf(() => addresses.allocate())).toBe('conflict');
  });

  test('takes a given address once, and only inside the subnet', () => {
    const addresses = pool('172.17.0.0/16');
    addresses.take('172.17.0.2');
    expect(addresses.allocate()).toBe('172.17.0.3');
    expect(kindOf(() => addresses.take('172.17.0.2'))).toBe('conflict');
    expect(kindOf(() => addresses.take('172.17.0.1'))).toBe('conflict');
    expect(kindOf(() => addresses.take('172.18.0.2'))).toBe('invalid');
  });

  test('a range narrows what is given, not what may be asked for', () => {
    const range = subnet('172.20.0.0/16');
    const addresses = new AddressPool({ subnet: range, range: subnet('172.20.5.0/24'), reserved: [range.base + 1] });
    expect(addresses.allocate()).toBe('172.20.5.0');
    addresses.take('172.20.9.9');
  });
});

describe('ranges', () => {
  test('text and numbers agree', () => {
    expect(parseIpv4('255.255.255.255')).toBe(4294967295);
    expect(formatIpv4(4294967295)).toBe('255.255.255.255');
    expect(parseIpv4('1.2.3')).toBeUndefined();
    expect(parseIpv4('1.2.3.256')).toBeUndefined();
    expect(parseCidr('172.17.0.1/33')).toBeUndefined();
    expect(parseCidr('172.17.0.1')).toBeUndefined();
    expect(formatSubnet(subnet('192.168.77.9/20'))).toBe('192.168.64.0/20');
    expect(macOf(parseIpv4('172.17.0.2') ?? 0)).toBe('02:42:ac:11:00:02');
  });

  test('overlap', () => {
    expect(overlaps(subnet('172.16.0.0/12'), subnet('172.17.0.0/16'))).toBe(true);
    expect(overlaps(subnet('172.17.0.0/16'), subnet('172.18.0.0/16'))).toBe(false);
  });

  test('the next default pool is chosen when one is taken', () => {
    expect(formatSubnet(choosePool([]))).toBe('172.17.0.0/16');
    expect(formatSubnet(choosePool([subnet('172.17.3.0/24'), subnet('172.18.0.0/15')]))).toBe('172.20.0.0/16');
    expect(formatSubnet(choosePool([subnet('172.16.0.0/12')]))).toBe('192.168.0.0/20');
    expect(kindOf(() => choosePool([subnet('0.0.0.0/0')]))).toBe('conflict');
  });
});
