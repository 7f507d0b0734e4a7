// Variables of a build, instruction by instruction.
import { describe, expect, test } from 'bun:test';
import { DockerfileError } from '../dockerfile-error.ts';
import { parseDockerfile } from '../parse-dockerfile.ts';
import type { Instruction } from '../syntax.ts';
import { evaluateDockerfile } from './evaluate-dockerfile.ts';
import type { StageVariables } from './evaluation.ts';

const platform = { os: 'linux', architecture: 'amd64' };

/** Walks the only or last stage upon an image with that environment. */
function walk(lines: string[], o: { buildArgs?: Record<string, string>; Env?: string[]; before?: string[] } = {}) {
  const { before = [], buildArgs = {}, Env = [] } = o;
  const dockerfile = parseDockerfile([...before, 'FROM x', ...lines, ''].join('\n'), { name: 'Dockerfile' });
  const variables = { buildArgs, buildPlatform: platform, targetPlatform: platform };
  const evaluation = evaluateDockerfile(dockerfile, variables);
  const stage = dockerfile.stages.at(-1)!;
  const walked: StageVariables = evaluation.openStage(stage, { Env });
  const names: string[] = [];
  const steps: Instruction[] = stage.instructions.map(instruction => {
    names.push(walked.display(instruction));
    return walked.step(instruction);
  });
  return { evaluation, names, stage: walked, steps };
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

describe('a stage', () => {
  test('has a PATH, and the one of its base', () => {
    expect(walk([]).stage.imageEnv).toEqual([path]);
    expect(walk(['ENV a=1 PATH=/x:$PATH'], { Env: ['b=2', 'PATH=/y'] }).stage.imageEnv).toEqual([
      'b=2',
      'PATH=/x:/y',
      'a=1',
    ]);
  });

  test('gives arguments to RUN but not to the image', () => {
    const { stage } = walk(['ARG a=1', 'ARG b', 'ARG c'], { buildArgs: { b: '2', unknown: '3' }, Env: ['PATH=/'] });
    expect(stage.imageEnv).toEqual(['PATH=/']);
    expect(stage.runEnv).toEqual(['PATH=/', 'a=1', 'b=2']);
    expect(stage.declaredArgs).toEqual(['a=1', 'b=2', 'c=']);
  });

  test('sees of ENV and ARG the last', () => {
    const run = (...lines: string[]) => walk(lines, { Env: ['PATH=/'] }).stage.runEnv.slice(1);
    expect(run('ENV v=env', 'ARG v=arg')).toEqual(['v=arg']);
    expect(run('ARG v=arg', 'ENV v=env')).toEqual(['v=env']);
    expect(run('ENV v=1', 'ENV v=2 w=$v')).toEqual(['v=2', 'w=1']);
  });

  test('takes global and automatic arguments only when it declares them', () => {
    const lines = ['ARG g TARGETARCH', 'ENV e=$g/$TARGETARCH/$TARGETOS'];
    const { stage } = walk(lines, { before: ['ARG g=global'], Env: ['PATH=/'] });
    expect(stage.imageEnv[1]).toBe('e=global/amd64/');
  });

  test('has the proxies of the build without a declaration, in both cases', () => {
    const { stage } = walk([], { buildArgs: { http_proxy: 'p', NO_PROXY: 'n', OTHER: 'o' } });
    expect(stage.proxyEnv).toEqual(['HTTP_PROXY=p', 'http_proxy=p', 'NO_PROXY=n', 'no_proxy=n']);
  });

  test('is named by its instructions with their variables', () => {
    const lines = ['ENV v=1', 'run echo $v "$none" \\', ' more', 'RUN <<EOF', 'first', 'second', 'EOF'];
    expect(walk(lines).names).toEqual(['ENV v=1', 'RUN echo 1 "$none"  more', 'RUN <<EOF (first...)']);
  });

  test('is named without quotes and escapes, but for what a shell reads itself', () => {
    const lines = [
      'COPY ["a b", "$x"]',
      "COPY 'file' $x /q\\r",
      'WORKDIR "/w d"',
      'RUN echo "$PATH" \'x\' \\n',
      'run\techo  y',
    ];
    expect(walk(lines, { Env: ['PATH=/'] }).names).toEqual([
      'COPY [a b, ]',
      'COPY file  /qr',
      'WORKDIR /w d',
      'RUN echo "/" \'x\' n',
      'RUN\tECHO  y',
    ]);
  });

  test('says where an error is', () => {
    let error: unknown;
    try {
      walk(['RUN true', 'ENV a="open']);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(DockerfileError);
    expect((error as DockerfileError).excerpt).toBe(
      [
        'Dockerfile:3',
        '--------------------',
        '   1 |     FROM x',
        '   2 |     RUN true',
        '   3 | >>> ENV a="open',
        '   4 |     ',
        '--------------------',
        '',
      ].join('\n'),
    );
  });
});

describe('an instruction', () => {
  const step = (line: string, ...more: string[]) => walk(['ENV v=1 dir=/d', line, ...more]).steps[1]!;

  test('RUN has typed mounts', () => {
    const flags = [
      '--mount=target=$dir/x,from=other',
      '--mount=type=cache,target=$dir/,id=$v,sharing=locked,mode=0700',
      '--mount=type=secret,id=s,env=S',
      '--mount=type=secret,target=/etc/key,required,uid=$v',
      '--mount=type=tmpfs,target=/t,size=1m',
      '--mount=type=ssh',
    ];
    expect(step(`RUN ${flags.join(' ')} true`)).toMatchObject({
      mounts: [
        { type: 'bind', from: 'other', source: '', target: '/d/x', readonly: true },
        { type: 'cache', id: '1', target: '/d/', sharing: 'locked', mode: 0o700, readonly: false },
        { type: 'secret', id: 's', env: 'S', required: false, mode: 0o400 },
        { type: 'secret', id: 'key', target: '/etc/key', required: true, uid: 1 },
        { type: 'tmpfs', target: '/t', size: 1024 * 1024 },
        { type: 'ssh', id: 'default', mode: 0o600 },
      ],
    });
  });

  test('EXPOSE has ports', () => {
    expect(step('EXPOSE 9$v 80-82/UDP')).toMatchObject({ ports: ['80/udp', '81/udp', '82/udp', '91/tcp'] });
  });

  test('COPY has its here-documents filled in', () => {
    const lines = ['COPY <<A <<"B" $dir/', '$v \\$v "q"', 'A', '$v', 'B'];
    expect(step(lines[0]!, ...lines.slice(1))).toMatchObject({
      destination: '/d/',
      inlineFiles: [
        { name: 'A', content: '1 $v "q"\n' },
        { name: 'B', content: '$v\n' },
      ],
    });
  });

  test('CMD, SHELL and ONBUILD stay as they are', () => {
    expect(step('CMD ["$v"]')).toMatchObject({ command: { form: 'exec', words: ['$v'] } });
    expect(step('ONBUILD ENV a=$v')).toMatchObject({ trigger: 'ENV a=$v' });
  });
});
