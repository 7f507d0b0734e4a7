import { expect, test } from 'bun:test';
import { LimitedText } from './limited-text.ts';

test('4096 bytes are kept, more is said to be cut off', () => {
  const text = new LimitedText();
  text.push(Buffer.from('a'.repeat(4000)));
  text.push(Buffer.from('b'.repeat(96)));
  expect(text.toString()).toBe(`${'a'.repeat(4000)}${'b'.repeat(96)}`);
  text.push(Buffer.from('c'));
  expect(text.toString()).toBe(`${'a'.repeat(4000)}${'b'.repeat(96)}...`);
});

test('nothing is the empty text', () => {
  const text = new LimitedText();
  text.push(Buffer.alloc(0));
  expect(text.toString()).toBe('');
});
