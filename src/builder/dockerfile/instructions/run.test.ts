// What a RUN executes.
import { expect, test } from 'bun:test';
import { parseDockerfile } from '../parse-dockerfile.ts';
import type { RunInstruction } from '../syntax.ts';
import { runArguments } from './run.ts';

function argumentsOf(lines: string[], shell?: string[]) {
  const { stages } = parseDockerfile(`FROM x\n${lines.join('\n')}\n`, { name: 'Dockerfile' });
  return runArguments((stages[0]!.instructions[0] as RunInstruction).command, shell);
}

test('a shell form is run by the shell, a list as it is', () => {
  expect(argumentsOf(['RUN echo  a'])).toEqual({ args: ['/bin/sh', '-c', 'echo  a'] });
  expect(argumentsOf(['RUN echo a'], ['/bin/bash', '-ec'])).toEqual({ args: ['/bin/bash', '-ec', 'echo a'] });
  expect(argumentsOf(['RUN ["echo", "a"]'], ['/bin/bash'])).toEqual({ args: ['echo', 'a'] });
  expect(() => argumentsOf(['RUN []'])).toThrow('arguments are required');
});

test('a here-document alone is the script', () => {
  expect(argumentsOf(['RUN <<-EOF', '\techo a', '\techo b', '\tEOF']).args[2]).toBe('echo a\necho b\n');
});

test('a here-document that names its program is a file', () => {
  expect(argumentsOf(['RUN <<EOF', '#!/usr/bin/env python3', 'x', 'EOF'])).toEqual({
    args: ['/bin/sh', '-c', '/dev/pipes/EOF'],
    script: { path: '/dev/pipes/EOF', content: '#!/usr/bin/env python3\nx\n' },
  });
});

test('other here-documents are left to the shell', () => {
  expect(argumentsOf(['RUN cat <<A - <<B', 'a', 'A', 'b', 'B']).args[2]).toBe('cat <<A - <<B\na\nA\nb\nB');
});
