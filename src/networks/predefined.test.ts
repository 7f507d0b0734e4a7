// The addresses of the default bridge as the configuration says them.

import { expect, test } from 'bun:test';
import { parseDefaultRange } from './predefined.ts';

test('bridge, range and default route go together', () => {
  expect(parseDefaultRange({})).toBeUndefined();
  expect(parseDefaultRange({ bip: '172.30.1.1/24' })).toEqual({ subnet: '172.30.1.0/24', gateway: '172.30.1.1' });
  expect(parseDefaultRange({ fixedCidr: '172.30.1.0/24' })).toEqual({
    ...{ subnet: '172.30.1.0/24', gateway: '172.30.1.1', ipRange: '172.30.1.0/24' },
  });
  const all = { bip: '172.30.1.1/24', fixedCidr: '172.30.1.128/25', defaultGateway: '172.30.1.9' };
  expect(parseDefaultRange(all)).toEqual({
    ...{ subnet: '172.30.1.0/24', gateway: '172.30.1.1', ipRange: '172.30.1.128/25', defaultGateway: '172.30.1.9' },
  });
});

test('what does not fit is refused by its name', () => {
  const bip = '172.30.1.1/24';
  expect(() => parseDefaultRange({ bip: '172.30.1.0/24' })).toThrow('invalid bip');
  expect(() => parseDefaultRange({ bip, fixedCidr: 'x' })).toThrow('invalid fixed-cidr "x"');
  expect(() => parseDefaultRange({ bip, fixedCidr: '172.30.0.0/16' })).toThrow('not part of the bridge');
  expect(() => parseDefaultRange({ bip, fixedCidr: '172.30.2.0/25' })).toThrow('not part of the bridge');
  expect(() => parseDefaultRange({ bip, defaultGateway: '172.30.2.1' })).toThrow('invalid default-gateway 172.30.2.1');
  expect(() => parseDefaultRange({ defaultGateway: '172.30.2.1' })).toThrow('needs a bip');
});
