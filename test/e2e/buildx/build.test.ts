// Builds by the real buildx: what is run, what is known already, what the client gives to it.
import { expect } from 'bun:test';
import { join } from 'node:path';
import { buildxScenarios } from '../../support/builds/buildx-scenarios.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';

buildxScenarios(['busybox'], {
  'a step must be heard to its last word, however much it says at once': async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nRUN seq 1 500000\nRUN echo the-end\n' });
    const progress = await buildx.build(['--no-cache', folder]);
    expect(progress).toMatch(/^#\d+ \S+ \[output clipped, log limit 2MiB reached\]$/m);
    expect(progress).toContain('the-end\n');
  },

  'build must run what is new, and nothing a second time': async buildx => {
    const context = buildx.context({
      Dockerfile: 'FROM busybox\nARG WORD=none\nCOPY a /a\nRUN cat /a; echo $WORD > /word\nCMD ["cat", "/word"]\n',
      a: 'file a\n',
    });
    const build = ['-t', 'e2e-build', '--build-arg', 'WORD=given', context];
    const first = await buildx.build(build);
    expect(stepsRun(first)).toEqual(['COPY a /a', 'RUN cat /a; echo given > /word']);
    expect(first).toMatch(/#\d+ \d+\.\d+ file a\n/);
    expect(first).toContain('naming to docker.io/library/e2e-build done');
    expect(await buildx.ok(['run', '--rm', 'e2e-build'])).toBe('given');
    expect(stepsRun(await buildx.build(build))).toEqual([]);
    expect(stepsRun(await buildx.build(['--build-arg', 'WORD=other', context]))).toHaveLength(1);
    expect(stepsRun(await buildx.build(['--no-cache', ...build]))).toHaveLength(2);
  },

  'build must send only what changed': async buildx => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`d/${n}`, 'x'.repeat(5000)]));
    const context = buildx.context({ Dockerfile: 'FROM busybox\nCOPY d /d\n', ...files });
    const sent = (progress: string) =>
      [...progress.matchAll(/transferring context: ([\d.]+)(B|kB|MB)/g)].at(-1)?.slice(1) ?? [];
    expect(sent(await buildx.build([context]))[1]).toBe('MB');
    expect(sent(await buildx.build([context]))[1]).toBe('kB');
    await Bun.write(join(context, 'd/7'), 'y'.repeat(6000));
    const progress = await buildx.build(['-t', 'e2e-sync', context]);
    const [amount = '', unit] = sent(progress);
    expect(unit).toBe('kB');
    expect(Number(amount)).toBeLessThan(30);
    expect(await buildx.ok(['run', '--rm', 'e2e-sync', 'tail', '-c', '1', '/d/7'])).toBe('y');
  },

  'build must stop at the target, and run only the stages it needs': async buildx => {
    const context = buildx.context({
      Dockerfile:
        'FROM busybox AS one\nRUN echo 1\nFROM busybox AS two\nRUN echo 2\nFROM two AS three\nRUN echo 3\nFROM one\nRUN echo 4\n',
    });
    expect(stepsRun(await buildx.build(['--target', 'three', context]))).toEqual(['RUN echo 2', 'RUN echo 3']);
    expect(await buildx.failure(['--target', 'four', context])).toContain('target stage "four" could not be found');
  },

  'build must leave out the cache of the stages it is told': async buildx => {
    const context = buildx.context({
      Dockerfile:
        'FROM busybox AS one\nRUN echo 1 > /1\nFROM busybox AS two\nRUN echo 2 > /2\nFROM scratch\nCOPY --from=one /1 /\nCOPY --from=two /2 /\n',
    });
    await buildx.build([context]);
    expect(stepsRun(await buildx.build(['--no-cache-filter', 'two', context]))).toContain('RUN echo 2 > /2');
    expect(stepsRun(await buildx.build(['--no-cache-filter', 'two', context]))).not.toContain('RUN echo 1 > /1');
  },

  'a secret must be there for its step alone': async buildx => {
    const context = buildx.context({
      Dockerfile:
        'FROM busybox\nRUN --mount=type=secret,id=key stat -c %a /run/secrets/key && cat /run/secrets/key\nRUN --mount=type=secret,id=key,env=KEY echo "env is $KEY"\nRUN test ! -e /run/secrets/key\n',
      'elsewhere/key': 'the secret',
    });
    const secret = ['--secret', `id=key,src=${join(context, 'elsewhere/key')}`];
    const progress = await buildx.build(['--no-cache', '-t', 'e2e-secret', ...secret, context]);
    expect(progress).toMatch(/ 400\n.* the secret\n/s);
    expect(progress).toContain('env is the secret');
    const found = await buildx.run(['run', '--rm', 'e2e-secret', 'grep', '-r', 'the secret', '/run', '/tmp', '/etc']);
    expect(found.code).not.toBe(0);
    expect(await buildx.ok(['history', '--no-trunc', 'e2e-secret'])).not.toContain('the secret');
    const required = buildx.context({ Dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=no,required=true true\n' });
    expect(await buildx.failure([required])).toContain('failed to solve: secret no: not found');
  },

  'ten builds of one Dockerfile at once must run its steps once': async buildx => {
    const context = buildx.context({
      Dockerfile:
        'FROM busybox\nCOPY f /f\nRUN sleep 1; cat /proc/sys/kernel/random/uuid > /made\nCMD ["cat", "/made"]\n',
      f: 'f',
    });
    const names = Array.from({ length: 10 }, (_, n) => `e2e-many:${n}`);
    await Promise.all(names.map(name => buildx.build(['-t', name, context])));
    const ids = await Promise.all(names.map(name => buildx.ok(['inspect', '-f', '{{.Id}}', name])));
    expect(new Set(ids).size).toBe(1);
  },
});
