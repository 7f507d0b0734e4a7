// Real builds that end before they are done: nothing of them stays, and the next one is right.
import { expect } from 'bun:test';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';
import { eventually } from '../../support/eventually.ts';
import { run } from '../../support/run.ts';

/** A build that waits in its step; `say` is what it said. In a process group of its own, for the plugin is a child. */
async function beginBuild(buildx: Buildx, mark: string) {
  const folder = buildx.context({ Dockerfile: `FROM busybox\nRUN echo begun-${mark}; sleep 1000\n` });
  const { words, env } = buildx.command(['buildx', 'build', '--no-cache', folder]);
  const child = Bun.spawn(['setsid', ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const reading = (async () => {
    for await (const part of child.stderr) said += Buffer.from(part).toString();
  })();
  await eventually('the step runs', () => said.includes(` begun-${mark}`), { timeoutMs: 30_000 });
  return { child, signal: (name: NodeJS.Signals) => process.kill(-child.pid, name), end: reading.then(() => said) };
}

/** Waits until no step runs and nothing of one is there. */
async function nothingRuns({ daemon }: Buildx): Promise<void> {
  const { execRoot, dataRoot } = daemon.places;
  const listed = (...path: string[]) => (existsSync(join(...path)) ? readdirSync(join(...path)) : []);
  await eventually('no step is left', async () => {
    const files = [...listed(execRoot, 'c'), ...listed(execRoot, 'builder'), ...listed(execRoot, 'netns')];
    const overlays = listed(dataRoot, 'builds').filter(name => /^\d+$/.test(name));
    const processes = await run(['pgrep', '-f', `${execRoot}/c/`]);
    return files.length === 0 && overlays.length === 0 && processes.stdout === '';
  });
}

buildxScenarios(['busybox'], {
  'an interrupted build must stop at once': async buildx => {
    const { child, signal, end } = await beginBuild(buildx, 'interrupt');
    signal('SIGINT');
    expect(await child.exited).not.toBe(0);
    expect(await end).toContain('CANCELED');
    await nothingRuns(buildx);
  },

  'a client that is killed must leave nothing': async buildx => {
    const { child, signal } = await beginBuild(buildx, 'kill');
    signal('SIGKILL');
    await child.exited;
    await nothingRuns(buildx);
  },

  'one of two builds that share a step may go, and the other gets its result': sinceBuildx(29, async buildx => {
    const gated = `--mount=type=cache,id=${crypto.randomUUID()},target=/gate`;
    const script = 'echo shared-step; until test -e /gate/open; do sleep 0.05; done';
    const folder = buildx.context({ Dockerfile: `FROM busybox\nRUN ${gated} ${script}\n` });
    const { words, env } = buildx.command(['buildx', 'build', folder]);
    const first = Bun.spawn(['setsid', ...words], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    void (async () => {
      for await (const part of first.stderr) said += Buffer.from(part).toString();
    })();
    await eventually('the step runs', () => said.includes(' shared-step'), { timeoutMs: 30_000 });
    const second = buildx.build([folder]);
    await eventually('both wait', async () => {
      const running = await buildx.run(['buildx', 'history', 'ls']);
      return (running.stdout.match(/Running/g)?.length ?? 0) >= 2;
    });
    process.kill(-first.pid, 'SIGKILL');
    await first.exited;
    const mounts = join(buildx.daemon.places.dataRoot, 'builder/mounts');
    for (const name of readdirSync(mounts)) writeFileSync(join(mounts, name, 'open'), '');
    expect(await second).toContain('exporting to image');
    expect(stepsRun(await buildx.build([folder]))).toEqual([]);
  }),

  'a daemon that is killed in the middle of a build must start clean, and build it right': async buildx => {
    const { child, end } = await beginBuild(buildx, 'daemon');
    await buildx.daemon.kill();
    expect(await child.exited).not.toBe(0);
    await end;
    await buildx.daemon.start();
    await nothingRuns(buildx);
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nRUN echo after > /f\nCMD ["cat", "/f"]\n' });
    await buildx.build(['-t', 'e2e-after', folder]);
    expect(await buildx.ok(['run', '--rm', 'e2e-after'])).toBe('after');
  },
});
