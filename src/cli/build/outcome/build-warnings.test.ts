import { expect, test } from 'bun:test';
import { warningsMetadata } from './build-warnings.ts';

test("warnings are told as BuildKit's client writes them, of the vertex and not of its row", () => {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));
  const warning = {
    ...{ vertex: 'app\0sha256:a', level: 1, short: bytes('s'), detail: [bytes('d')], url: 'u' },
    info: { filename: 'f', data: bytes('x'), language: 'Dockerfile' },
    ranges: [{ start: { line: 1, character: 0 }, end: { line: 2, character: 3 } }],
  };
  expect(warningsMetadata([warning, {}])).toEqual([
    {
      ...{ vertex: 'sha256:a', level: 1, short: 'cw==', detail: ['ZA=='], url: 'u' },
      sourceInfo: { filename: 'f', data: 'eA==', language: 'Dockerfile' },
      range: [{ start: { line: 1 }, end: { line: 2, character: 3 } }],
    },
    {},
  ]);
});
