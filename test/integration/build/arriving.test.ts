// Builds whose context is still on its way: what a step wants is enough for it to begin, and what goes wrong with the rest
// goes wrong for the build.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRun } from '../../../src/builder/index.ts';
import { describeContainers } from '../../../src/runtime/testing/test-host.ts';
import { BuildLab } from '../../support/builds/build-lab.ts';
import { ScriptedSource } from '../../support/builds/scripted-source.ts';
import { eventually } from '../../support/eventually.ts';

/** Two stages that do not need each other, and one that needs both. */
const twoStages = `FROM busybox AS small
COPY small /
RUN cat /small > /out
FROM busybox AS big
COPY big /
RUN cat /big > /out
FROM busybox
COPY --from=small /out /s
COPY --from=big /out /b
`;

/** The news of a build, vertex by vertex. */
class Watched {
  readonly run: BuildRun;
  /** `started`, `completed`, `cached` or what was wrong, by the name of the vertex. */
  readonly news = new Map<string, string>();
  readonly #over: Promise<void>;
  #wake = Promise.withResolvers<void>();

  constructor(run: BuildRun) {
    this.run = run;
    this.#over = this.#watch();
  }

  async #watch(): Promise<void> {
    const names = new Map<string, string>();
    for await (const event of this.run.watch()) {
      if (event.kind === 'vertex') names.set(event.vertex.digest, event.vertex.name);
      const name = 'vertex' in event && typeof event.vertex === 'string' ? names.get(event.vertex) : undefined;
      if (name !== undefined && event.kind === 'started') this.news.set(name, 'started');
      if (name !== undefined && event.kind === 'completed') {
        this.news.set(name, event.error ?? (event.cached ? 'cached' : 'completed'));
      }
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
  }

  /** Waits for that news of a vertex; throws when the build is over without. */
  async until(name: string, news: string): Promise<void> {
    while (this.news.get(name) !== news) {
      const isOver = await Promise.race([this.#over.then(() => true), this.#wake.promise]);
      if (isOver && this.news.get(name) !== news) throw new Error(`${name}: ${this.news.get(name)}`);
    }
  }

  /** The image, or the words of the failure. */
  async outcome(): Promise<string> {
    const outcome = await this.run.result.then(
      ({ id }) => String(id),
      error => String(error.message),
    );
    await this.#over;
    return outcome;
  }
}

describeContainers('builds whose context is on its way', import.meta.path, () => {
  let lab: BuildLab;
  beforeAll(async () => {
    lab = new BuildLab();
    await lab.open();
  }, 60_000);
  afterAll(async () => await lab.close());

  function begin(dockerfile: string, context: ScriptedSource): Watched {
    const run = lab.builder.start({
      dockerfile: { kind: 'text', name: 'Dockerfile', content: Buffer.from(dockerfile) },
      ...{ context, network: 'none', exports: [{ type: 'image', names: [] }] },
    });
    return new Watched(run);
  }

  function read(image: string, name: string): string {
    using files = lab.files(image);
    return readFileSync(join(files.root, name), 'utf8');
  }

  const transfer = '[internal] load build context';
  let keys = 0;
  const source = (files: Readonly<Record<string, string>>, key = `key ${keys++}`) =>
    new ScriptedSource(lab.builder.sources.mirrors, key, files);

  test('a stage runs when its files are here, whatever is still to come', async () => {
    const context = source({ big: 'big one', small: 'small' });
    const build = begin(twoStages, context);
    await context.send('small');
    await build.until('[small 3/3] RUN cat /small > /out', 'completed');
    expect(build.news.get(transfer)).toBe('started');
    expect(build.news.get('[big 2/3] COPY big /')).toBeUndefined();
    await context.send('big');
    const image = await build.outcome();
    expect([read(image, 's'), read(image, 'b')]).toEqual(['small', 'big one']);
    expect(build.news.get(transfer)).toBe('completed');
  }, 60_000);

  test('what is copied while steps below run is as if it were copied after them, and no file of an image is two', async () => {
    const files = { 'tree/x': 'own x', 'tree/y': 'own y' };
    const built = async (dockerfile: string) => {
      const context = source(files);
      const build = begin(dockerfile, context);
      await Promise.all(Object.keys(files).map(name => context.send(name)));
      return lab.files(await build.outcome());
    };
    const slow =
      'FROM busybox AS slow\nRUN sleep 0.4; mkdir -p /app/tree; echo below > /app/tree/x; echo below > /app/z\n';
    {
      using image = await built(`${slow}FROM busybox
WORKDIR /app
COPY --from=slow /app/z ./
COPY tree ./new
COPY tree .
`);
      const at = (name: string) => readFileSync(join(image.root, 'app', name), 'utf8');
      expect([at('new/x'), at('new/y'), at('x'), at('y'), at('z')]).toEqual([
        'own x',
        'own y',
        'own x',
        'own y',
        'below\n',
      ]);
      const inodes = ['new/x', 'new/y', 'x', 'y'].map(name => lstatSync(join(image.root, 'app', name)).ino);
      expect(new Set(inodes).size).toBe(4);
    }
    {
      using image = await built(`${slow}COPY tree /app/tree\n`);
      const at = (name: string) => readFileSync(join(image.root, 'app', name), 'utf8');
      expect([at('tree/x'), at('tree/y'), at('z')]).toEqual(['own x', 'own y', 'below\n']);
    }
  }, 60_000);

  test('a mount sees its part of the context, and one that can be written to waits for all of it', async () => {
    const context = source({ big: 'b', 'd/f': 'in d' });
    const mount = (options: string) => `RUN --mount=type=bind,source=d,target=/m${options} cat /m/f > /out\n`;
    const build = begin(
      `FROM busybox AS writing\n${mount(',rw')}FROM busybox AS reading\n${mount('')}FROM busybox\nCOPY --from=reading /out /r\nCOPY --from=writing /out /w\nCOPY big /\n`,
      context,
    );
    await context.send('d/f');
    await build.until('[reading 2/2] RUN --mount=type=bind,source=d,target=/m cat /m/f > /out', 'completed');
    expect([...build.news.keys()].filter(name => name.startsWith('[writing 2'))).toEqual([]);
    await context.send('big');
    expect(read(await build.outcome(), 'w')).toBe('in d');
  }, 60_000);

  test('what is not in the list is missing at once', async () => {
    const context = source({ big: 'b' });
    const build = begin('FROM busybox\nCOPY none /\nCOPY big /\n', context);
    expect(await build.outcome()).toContain('"/none": not found');
    expect(context.isOver).toBe(true);
  }, 60_000);

  test('a transfer that fails ends the build, also when a stage has run; the next one takes what came', async () => {
    const files = { big: 'another big one', small: 'another small' };
    const context = source(files, 'failing');
    const build = begin(twoStages.replace('cat /big', 'cat /big /etc/none'), context);
    await context.send('small');
    await build.until('[small 3/3] RUN cat /small > /out', 'completed');
    context.fail(new Error('open big: no such file or directory'));
    expect(await build.outcome()).toBe('open big: no such file or directory');
    await eventually('nothing is left of it', () => lab.builder.find(build.run.id) === undefined);
    expect(build.news.get(transfer)).toBe('open big: no such file or directory');
    expect(build.news.has('[big 2/3] COPY big /')).toBe(false);

    const again = source(files, 'failing');
    const next = begin(twoStages, again);
    await next.until('[small 3/3] RUN cat /small > /out', 'cached');
    expect(again.missing).toEqual(['big']);
    await again.send('big');
    expect(read(await next.outcome(), 'b')).toBe('another big one');
  }, 60_000);

  test('a transfer that fails stops what runs', async () => {
    const context = source({ big: 'b', small: 's' });
    const build = begin('FROM busybox\nCOPY small /\nRUN echo at it; sleep 1000\nCOPY big /\n', context);
    await context.send('small');
    await build.until('[3/4] RUN echo at it; sleep 1000', 'started');
    context.fail(new Error('the client is gone'));
    expect(await build.outcome()).toBe('the client is gone');
  }, 60_000);

  test('a build that is cancelled gives up its transfer, and its mirror serves the next', async () => {
    const context = source({ big: 'b', small: 'for the cancelled' }, 'cancelled');
    const build = begin(twoStages, context);
    await context.send('small');
    await build.until('[small 3/3] RUN cat /small > /out', 'completed');
    build.run.cancel();
    expect(await build.outcome()).toBe('the build was cancelled');
    await eventually('nothing is left of it', () => lab.builder.find(build.run.id) === undefined);
    const uses = lab.builder.sources.mirrors.list().filter(({ key }) => key === 'cancelled');
    expect(uses.map(({ inUse }) => inUse)).toEqual([false]);
  }, 60_000);

  test('two builds of one directory at once have what each was sent', async () => {
    const [one, two] = [source({ big: 'one', small: 'same' }, 'both'), source({ big: 'two', small: 'same' }, 'both')];
    const [first, second] = [begin(twoStages, one), begin(twoStages, two)];
    await Promise.all([one.send('small'), two.send('small')]);
    await Promise.all([first, second].map(build => build.until('[small 2/3] COPY small /', 'completed')));
    await two.send('big');
    const later = await second.outcome();
    await one.send('big');
    expect([read(await first.outcome(), 'b'), read(later, 'b')]).toEqual(['one', 'two']);
  }, 60_000);
});
