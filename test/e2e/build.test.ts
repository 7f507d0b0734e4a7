// Builds by the classic protocol, as a docker without buildx asks for them. The real docker speaks BuildKit's otherwise.
import { expect } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectCode, scenarios } from '../support/stage.ts';

const env = { DOCKER_BUILDKIT: '0' };

scenarios(['busybox'], {
  'build must make an image of several stages and tell of each step': async ({ cli, container, folder }) => {
    if (cli.name !== 'docker') return;
    const [name, { here }] = [container(), folder()];
    mkdirSync(join(here, 'src'));
    writeFileSync(join(here, 'src/hello'), 'hello from the context\n');
    writeFileSync(join(here, '.dockerignore'), 'secret\n');
    writeFileSync(join(here, 'secret'), 'not to be copied');
    const text = [
      ...[
        'FROM busybox AS build',
        'ARG WORD=none',
        'WORKDIR /work',
        'COPY . .',
        'RUN cat src/hello > out; echo $WORD >> out',
      ],
      ...['FROM busybox', 'COPY --from=build /work /work', 'ENV GREETING=ahoy', 'CMD ["cat", "/work/out"]'],
    ];
    writeFileSync(join(here, 'Dockerfile'), text.join('\n'));
    const build = ['build', '--build-arg', 'WORD=ship', '-t', name, here];
    const first = await cli.ok(build, { env });
    expect(first).toContain('Step 5/9 : RUN cat src/hello > out; echo $WORD >> out\n ---> Running in ');
    expect(first).toMatch(new RegExp(`Successfully built [0-9a-f]{12}\nSuccessfully tagged ${name}:latest$`));
    expect(await cli.ok(['run', '--rm', name])).toBe('hello from the context\nship');
    expect(await cli.ok(['run', '--rm', name, 'ls', '/work'])).not.toContain('secret');
    const second = await cli.ok(build, { env });
    expect(second).toContain(' ---> Using cache\n');
    expect(second.split('\n').at(-2)).toBe(first.split('\n').at(-2) as string);
    await cli.ok(['rmi', '-f', name]);
  },

  'build must fail with the code of the command, and leave no image': async ({ cli, container, folder }) => {
    if (cli.name !== 'docker') return;
    const [name, { here }] = [container(), folder()];
    writeFileSync(join(here, 'Dockerfile'), 'FROM busybox\nRUN echo doing; exit 7\n');
    const failed = await cli.run(['build', '-t', name, here], { env });
    expectCode(failed, 7);
    expect(failed.stderr).toContain("The command '/bin/sh -c echo doing; exit 7' returned a non-zero code: 7");
    writeFileSync(join(here, 'Dockerfile'), 'FROM busybox\nCOPY nothing /\n');
    const missing = await cli.run(['build', here], { env });
    expect(missing.stderr).toContain(
      'COPY failed: file not found in build context or excluded by .dockerignore: stat nothing',
    );
    writeFileSync(join(here, 'Dockerfile'), 'FROM busybox\nNONSENSE x\n');
    const unknown = await cli.run(['build', here], { env });
    expect(unknown.stderr).toContain('unknown instruction: NONSENSE');
    expect((await cli.run(['image', 'inspect', name])).code).not.toBe(0);
  },
});
