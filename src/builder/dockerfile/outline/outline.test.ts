import { expect, test } from 'bun:test';
import { evaluateDockerfile } from '../evaluation/evaluate-dockerfile.ts';
import { parseDockerfile } from '../parse-dockerfile.ts';
import { findTarget } from '../stage-references.ts';
import { outlineOf } from './outline.ts';
import { targetsOf } from './targets.ts';

const source = `# VER which one
ARG VER=latest
ARG UNUSED=1
# base makes the base

FROM busybox:\${VER} AS base
# something else
# NAME who is greeted
ARG NAME=world
RUN --mount=type=secret,id=key,required=true --mount=type=ssh true
# final is shipped
FROM base AS final
ARG NAME
RUN --mount=type=bind,from=base true
FROM scratch AS tools
ARG TOOL
FROM --platform=linux/amd64 scratch
COPY --from=tools / /
`;

const platform = { os: 'linux', architecture: 'amd64' };

function outline(target: string, buildArgs: Record<string, string> = {}, text = source) {
  const dockerfile = parseDockerfile(text, { name: 'Dockerfile' });
  const evaluation = evaluateDockerfile(dockerfile, { buildArgs, buildPlatform: platform, targetPlatform: platform });
  return outlineOf(dockerfile, { evaluation, buildArgs }, findTarget(dockerfile, target));
}

test('an outline has what the target and its parents ask for, with the words of the comments', () => {
  expect(outline('base')).toEqual({
    name: 'base',
    description: 'makes the base',
    args: [
      { name: 'VER', description: 'which one', value: 'latest', range: { start: 2, end: 2 } },
      { name: 'NAME', description: 'who is greeted', value: 'world', range: { start: 9, end: 9 } },
    ],
    secrets: [{ name: 'key', required: true, range: { start: 10, end: 10 } }],
    ssh: [{ name: 'default', required: false, range: { start: 10, end: 10 } }],
  });
  expect(outline('base', { NAME: 'me', VER: '1' }).args.map(({ value }) => value)).toEqual(['1', 'me']);
});

test('a line of a child stands for that of its parent, and stages it copies from count', () => {
  const { args, secrets } = outline('final');
  expect(args).toMatchObject([{ name: 'VER' }, { name: 'NAME', value: undefined, range: { start: 13 } }]);
  expect(secrets).toHaveLength(1);
  expect(outline('').args).toMatchObject([{ name: 'TOOL', value: undefined }]);
});

test('an argument that no variable can be called after is used nowhere', () => {
  const { args } = outline('', {}, 'ARG a(b=1\nARG v=1\nARG ver=2\nFROM $v');
  expect(args).toMatchObject([{ name: 'v' }]);
});

test('targets are all stages', () => {
  expect(targetsOf(parseDockerfile(source, { name: 'Dockerfile' }))).toMatchObject([
    { name: 'base', description: 'makes the base', default: false, base: expect.stringContaining('VER') },
    { name: 'final', description: 'is shipped', base: 'base' },
    { name: 'tools', description: '' },
    { name: undefined, default: true, platform: 'linux/amd64' },
  ]);
});
