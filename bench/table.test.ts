import { expect, test } from 'bun:test';
import { formatTable, median } from './table.ts';

test('the median of an even count is between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 2])).toBe(2);
  expect(median([])).toBeNaN();
});

test('ratios refer to the first subject, and what was not measured is a dash', () => {
  const samples = new Map([
    [
      'start',
      new Map([
        ['ours', [10, 20, 30]],
        ['theirs', [200]],
      ]),
    ],
    ['stop', new Map([['ours', [5]]])],
  ]);
  expect(formatTable(samples, ['ours', 'theirs']).split('\n')).toEqual([
    'median, ms  ours        theirs',
    '----------  ----  ------------',
    'start       20.0  200 (10.0 ×)',
    'stop        5.00             –',
  ]);
});
