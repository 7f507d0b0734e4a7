// A Dockerfile that makes no sense somewhere: what stands before is linted all the same.
import { expect, test } from 'bun:test';
import { parseDockerfile } from './parse-dockerfile.ts';
import type { Warning } from './syntax.ts';

function parse(source: string) {
  const heard: Warning[] = [];
  const abandon = (warnings: readonly Warning[]) => void heard.push(...warnings);
  try {
    parseDockerfile(source, { name: 'Dockerfile', abandon });
    return { error: undefined, heard };
  } catch (error) {
    return { error: (error as Error).message, heard };
  }
}

test('findings before an instruction that makes no sense are heard, those that need the whole file are not', () => {
  const { error, heard } = parse('from busybox AS Foo\nMAINTAINER x\nRUN a \\\n\n b\nNONSENSE\nMAINTAINER y\n');
  expect(error).toContain('dockerfile parse error on line 6: unknown instruction: NONSENSE');
  expect(heard.map(({ rule, ranges }) => [rule, ranges[0]!.start])).toEqual([
    ['NoEmptyContinuation', 5],
    ['StageNameCasing', 1],
    ['FromAsCasing', 1],
    ['MaintainerDeprecated', 2],
  ]);
});

test('a Dockerfile that makes sense abandons nothing', () => {
  expect(parse('FROM busybox\nMAINTAINER x\n')).toEqual({ error: undefined, heard: [] });
});
