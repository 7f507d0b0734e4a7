// Frames, whatever the pieces they arrive in.

import { expect, test } from 'bun:test';
import { encodeFrame, type Frame, FrameDecoder, frameHeaderLength, writeFrameHeader } from './frames.ts';

const stream = Buffer.concat([
  encodeFrame('stdout', Buffer.from('hello ')),
  encodeFrame('stderr', Buffer.from('problem')),
  encodeFrame('stdout', Buffer.alloc(0)),
  encodeFrame('stdout', Buffer.from('world')),
]);

/** Neighbouring pieces of one stream as one. */
function merged(frames: Frame[]): [string, string][] {
  const result: [string, string][] = [];
  for (const { stream: name, data } of frames) {
    const last = result.at(-1);
    if (last?.[0] === name) last[1] += Buffer.from(data).toString();
    else result.push([name, Buffer.from(data).toString()]);
  }
  return result;
}

test('a frame is an 8 byte header and its bytes', () => {
  expect([...encodeFrame('stderr', Buffer.from('ab'))]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 97, 98]);
  const header = Buffer.alloc(frameHeaderLength);
  expect([...writeFrameHeader(header, 'stdout', 0x01020304)]).toEqual([1, 0, 0, 0, 1, 2, 3, 4]);
});

test('every split gives the same frames', () => {
  for (let at = 0; at <= stream.length; at++) {
    const decoder = new FrameDecoder();
    const frames = [...decoder.decode(stream.subarray(0, at)), ...decoder.decode(stream.subarray(at))];
    expect(merged(frames)).toEqual([
      ['stdout', 'hello '],
      ['stderr', 'problem'],
      ['stdout', 'world'],
    ]);
  }
});

test('what is not framed is refused', () => {
  expect(() => new FrameDecoder().decode(Buffer.from('plain text'))).toThrow('Unrecognized input header: 112');
});

test('frames that come byte by byte', () => {
  const decoder = new FrameDecoder();
  const frames = [...stream].flatMap(byte => decoder.decode(Uint8Array.of(byte)));
  expect(merged(frames).map(([name]) => name)).toEqual(['stdout', 'stderr', 'stdout']);
});
