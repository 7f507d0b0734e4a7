// What an engine and its client say of files that are handed over.
import { expect, test } from 'bun:test';
import { formatOffer, handedId, handedMessage, parseOffer } from './open-files.ts';

test('an offer is read as it was made, and nothing else is one', () => {
  const offer = { socket: 'ab12', secret: 'cd34' };
  expect(parseOffer(formatOffer(offer))).toEqual(offer);
  for (const wrong of ['', 'ab12', 'ab12 ', '/run/x cd34', 'ab12 cd34 ef', `${'a'.repeat(65)} b`])
    expect(() => parseOffer(wrong)).toThrow('malformed berth-open-files');
});

test('a file is known by its number to who knows the secret', () => {
  expect(handedId('cd34', handedMessage('cd34', 4711))).toBe(4711);
  expect(handedId('cd34', handedMessage('cd35', 4711))).toBeUndefined();
  for (const wrong of ['', 'cd34', 'cd34 ', 'cd34 x', 'cd34 1 2', 'cd34 -1', 'cd34 12345678901'])
    expect(handedId('cd34', Buffer.from(wrong))).toBeUndefined();
});
