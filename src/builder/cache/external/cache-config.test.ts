import { expect, test } from 'bun:test';
import { sha256 } from '../../../oci/digest.ts';
import { parseCacheConfig, readRecords } from './cache-config.ts';

const key = sha256('step');
const note = { result: key, times: [1] };
const read = (config: object) => {
  const { layers, records } = parseCacheConfig(Buffer.from(JSON.stringify(config)));
  return readRecords(records, layers);
};
const layers = [
  { blob: sha256('a'), parent: -1 },
  // Go leaves out what is zero.
  { blob: sha256('b') },
  { blob: sha256('c'), parent: 2 },
  'nonsense',
];

test('steps of ours are found with their layers, by parents or named one by one', () => {
  const records = [
    { digest: key, layers: [{ layer: 1 }], berth: { ...note, quick: sha256('q') } },
    { digest: key, chains: [{ layers: [1, 0] }], berth: { ...note, parents: [sha256('p')] } },
  ];
  expect(read({ layers, records })).toEqual({
    steps: [
      { key, chain: [0, 1], ...note, quick: sha256('q') },
      { key, chain: [1, 0], ...note, parents: [sha256('p')] },
    ],
    foreign: 0,
  });
});

test('what others have named is counted, what makes no sense is passed over', () => {
  const records = [
    { digest: key, layers: [{ layer: 1 }] },
    null,
    { digest: 'x', layers: [{ layer: 0 }], berth: note },
    { digest: key, layers: [{ layer: 0 }], berth: { result: 'x', times: [] } },
    { digest: key, layers: [{ layer: 0 }], berth: { result: key, times: ['late'] } },
    { digest: key, layers: [{ layer: 0 }], berth: { ...note, parents: 'p' } },
    { digest: key, layers: [{ layer: 9 }], berth: note },
    { digest: key, layers: [{ layer: 2 }], berth: note },
    { digest: key, layers: [{ layer: '0' }], berth: note },
    { digest: key, chains: [{ layers: [0, -1] }], berth: note },
    { digest: key, berth: note },
  ];
  expect(read({ layers, records })).toEqual({ steps: [], foreign: 2 });
  expect(read({})).toEqual({ steps: [], foreign: 0 });
  expect(read([1])).toEqual({ steps: [], foreign: 0 });
  expect(() => parseCacheConfig(Buffer.from('{'))).toThrow('cache configuration');
});
