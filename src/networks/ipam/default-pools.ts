// The ranges a network gets when nobody named one: Docker's own list.

import { conflict } from '../../lib/errors.ts';
import { overlaps, parseIpv4, type Subnet } from './ipv4.ts';

/** 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 to 192.168.240.0/20. */
function defaultPools(): Subnet[] {
  const large = Array.from({ length: 15 }, (_, i) => ({ base: parseIpv4(`172.${17 + i}.0.0`) ?? 0, prefix: 16 }));
  const small = Array.from({ length: 16 }, (_, i) => ({ base: parseIpv4(`192.168.${16 * i}.0`) ?? 0, prefix: 20 }));
  return [...large, ...small];
}

/** The first default pool that shares no address with any of `taken`. Throws `conflict` when all do. */
export function choosePool(taken: Subnet[]): Subnet {
  const pool = defaultPools().find(candidate => !taken.some(subnet => overlaps(candidate, subnet)));
  if (pool) return pool;
  throw conflict(
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  );
}
