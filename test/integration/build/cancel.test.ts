// Clients that leave in the middle of a build, at every step and in every way: nothing of it stays, half a step is never
// taken for a whole one, and the next build is right. BERTH_TEST_SEED plays the random moments again.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Building, buildSite, everyLeaving, type Leaving, packed } from '../../support/builds/build-site.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';
import { eventually } from '../../support/eventually.ts';
import { FaultRegistry } from '../../support/registries/fault-registry.ts';
import { addImage, layerArchive } from '../../support/registries/remote-images.ts';
import { Seeded } from '../../support/seeded.ts';

const random = new Seeded();
console.log(`cancel: BERTH_TEST_SEED=${random.seed} plays it again`);

const fileCount = 300;

const site = buildSite();
let registry: FaultRegistry;
let many: string;

beforeAll(async () => {
  registry = await FaultRegistry.start();
  const files = Array.from({ length: fileCount }, (_, n) => [`d/${n % 50}/${n}`, `file ${n}`]);
  many = site.context({ Dockerfile: 'FROM busybox\nCOPY d /d\nCMD ["sh", "-c", "find /d -type f | wc -l"]\n' });
  await Bun.write(join(many, 'seed'), '');
  for (const [name, text] of files) await Bun.write(join(many, name as string), text as string);
}, 60_000);
afterAll(async () => await registry?.[Symbol.asyncDispose]());

/** Leaves a build and waits until nothing of it is there; it must not have ended before, unless it may have. */
async function leave(building: Building, o: { mayHaveEnded?: boolean } = {}): Promise<void> {
  await building.leave();
  const went = await building.ended;
  if (!o.mayHaveEnded) expect(`${went ? 'ended' : 'left'}`).toBe('left');
  await site.clean();
}

const saying = (building: Building, words: string) =>
  eventually(`the build says ${words}`, () => building.said().includes(words), { timeoutMs: 20_000 });

/** Runs the image of a finished build. */
async function output(tag: string): Promise<string> {
  return await site.berth(['run', '--rm', '--network', 'none', tag]);
}

/** A step that waits for the gate, and does its work when it is open. */
const gated = (id: string, work: string) =>
  `RUN --mount=type=cache,id=${id},target=/gate echo at-${id}; echo half > /half; test -e /gate/open || sleep 1000; rm /half; ${work}`;

async function openGate(id: string): Promise<void> {
  await site.build([
    site.context({ Dockerfile: `FROM busybox\nRUN --mount=type=cache,id=${id},target=/gate touch /gate/open\n` }),
  ]);
}

function eachWay(name: string, ways: readonly Leaving[], play: (leaving: Leaving) => Promise<void>): void {
  for (const leaving of ways) test(`${name}: ${leaving}`, () => play(leaving), 60_000);
}

const own: readonly Leaving[] = ['interrupt', 'kill'];

eachWay('while the context is sent', everyLeaving, async leaving => {
  const { promise: never, resolve: release } = Promise.withResolvers<void>();
  async function* half() {
    let sent = 0;
    for await (const chunk of packed(many)) {
      yield chunk;
      if ((sent += chunk.length) > 100_000) break;
    }
    await never;
  }
  const building = site.begin(leaving, { context: half() });
  const contexts = join(site.daemon.places.dataRoot, 'builder/contexts');
  await eventually('files are there', () =>
    ['open', 'mirrors'].some(kind => readdirSync(join(contexts, kind), { recursive: true }).length > 100),
  );
  await leave(building).finally(release);
});

eachWay('while a base image is pulled', everyLeaving, async leaving => {
  const tar = layerArchive({ file: Buffer.alloc(400_000, leaving) });
  const image = addImage(registry, { repository: 'base', tag: leaving }, [{ tar, packing: 'plain' }]);
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  registry.fault = ({ method, target }) => {
    if (method !== 'GET' || !target.endsWith(`/blobs/${image.layers[0]?.digest}`)) return undefined;
    ask();
    return { stopAfter: 1000 };
  };
  const context = site.context({ Dockerfile: `FROM ${registry.host}/base:${leaving}\nCOPY Dockerfile /\n` });
  const building = site.begin(leaving, { context });
  await asked;
  await leave(building);
  registry.fault = () => undefined;
  await site.build(['-t', 'pulled', context]);
});

eachWay('while a step runs', everyLeaving, async leaving => {
  const context = site.context({
    Dockerfile: `FROM busybox\nCOPY f /f\nRUN cat /f > /first\n${gated(`one-${leaving}`, 'cat /first > /made')}\nCMD ["sh", "-c", "cat /made; test ! -e /half && echo .whole"]\n`,
    f: leaving,
  });
  const building = site.begin(leaving, { context });
  await saying(building, `at-one-${leaving}\n`);
  await leave(building);
  await openGate(`one-${leaving}`);
  expect(stepsRun(await site.build(['-t', 'one', context]))).toHaveLength(1);
  expect(await output('one')).toBe(`${leaving}.whole`);
});

eachWay('while two steps run beside each other', everyLeaving, async leaving => {
  const [left, right] = [`left-${leaving}`, `right-${leaving}`];
  const Dockerfile = [
    `FROM busybox AS left\n${gated(left, 'echo left > /made')}`,
    `FROM busybox AS right\n${gated(right, 'echo right > /made')}`,
    'FROM busybox\nCOPY --from=left /made /left\nCOPY --from=right /made /right\nCMD ["cat", "/left", "/right"]\n',
  ].join('\n');
  const context = site.context({ Dockerfile });
  const building = site.begin(leaving, { context });
  // The classic answer tells of one step after the other.
  const containers = join(site.daemon.places.execRoot, 'builder');
  await eventually('both run', () => readdirSync(containers).length === 2);
  await leave(building);
  await openGate(left);
  await openGate(right);
  await site.build(['-t', 'two', context]);
  expect(await output('two')).toBe('left\nright');
});

eachWay('while many files are copied', everyLeaving, async leaving => {
  for (let time = 0; time < 2; time++) {
    const noCache = { query: { nocache: true }, args: ['--no-cache'] };
    const building = site.begin(leaving, { context: many, ...noCache });
    await saying(building, ' COPY d /d');
    await Bun.sleep(random.between(0, 60));
    await leave(building, { mayHaveEnded: true });
  }
  await site.build(['-t', 'many', many]);
  expect(await output('many')).toBe(String(fileCount));
});

const noise = 'FROM busybox\nRUN dd if=/dev/urandom of=/noise bs=1M count=12 2>/dev/null; sha256sum < /noise > /sum\n';

eachWay('while layers are compressed', own, async leaving => {
  const context = site.context({ Dockerfile: noise });
  const file = join(context, 'out.tar');
  const building = site.begin(leaving, { context, args: ['-t', 'a:1', '-o', `type=oci,dest=${file}`] });
  await saying(building, 'exporting');
  await Bun.sleep(random.between(0, 200));
  await leave(building, { mayHaveEnded: true });
  expect(stepsRun(await site.build(['-t', 'a:1', '-o', `type=oci,dest=${file}`, context]))).toEqual([]);
  await site.berth(['load', '-q', '-i', file]);
  expect(await site.berth(['run', '--rm', 'a:1', 'sh', '-c', 'sha256sum < /noise | cmp - /sum && echo same'])).toBe(
    'same',
  );
});

eachWay('while a cache is exported', own, async leaving => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  registry.fault = ({ method }) => {
    if (method === 'PUT' || method === 'PATCH') ask();
    return undefined;
  };
  const ref = `${registry.host}/cache:${leaving}`;
  const context = site.context({ Dockerfile: noise });
  const parts = ['--cache-to', `type=registry,ref=${ref}`];
  const building = site.begin(leaving, { context, args: parts });
  await asked;
  await leave(building, { mayHaveEnded: true });
  registry.fault = () => undefined;
  await site.build([...parts, context]);
  expect(registry.manifests.has(`cache:${leaving}`)).toBe(true);
});

eachWay('while an archive is received that nobody reads', own, async leaving => {
  const context = site.context({ Dockerfile: noise });
  const building = site.begin(leaving, { context, args: ['-o', 'type=tar,dest=-'], output: 'unread' });
  await saying(building, 'sending tarball');
  await leave(building);
  await site.build(['-o', `type=tar,dest=${join(context, 'out.tar')}`, context]);
});

eachWay('while files are received', own, async leaving => {
  const out = join(site.folder, `out-${leaving}`);
  const building = site.begin(leaving, { context: many, args: ['-o', out] });
  await eventually('files come', () => existsSync(out) && readdirSync(out, { recursive: true }).length > 50);
  await leave(building, { mayHaveEnded: true });
  await site.build(['-o', out, many]);
  expect(readdirSync(join(out, 'd'), { recursive: true })).toHaveLength(fileCount + 50);
});

test('at any moment', async () => {
  const Dockerfile = [
    'FROM busybox AS left\nCOPY d /d\nRUN find /d -type f | wc -l > /left; sleep 0.1',
    'FROM busybox AS right\nRUN sleep 0.2; echo right > /right',
    'FROM busybox\nCOPY --from=left /left /\nCOPY --from=right /right /\nCOPY d /e\nCMD ["cat", "/left", "/right"]\n',
  ].join('\n');
  await Bun.write(join(many, 'any'), Dockerfile);
  for (let time = 0; time < 10; time++) {
    const leaving = random.pick(everyLeaving);
    const building = site.begin(leaving, {
      context: many,
      query: { dockerfile: 'any', nocache: time % 2 === 0 },
      args: ['-f', join(many, 'any'), '-o', 'type=docker', ...(time % 2 === 0 ? ['--no-cache'] : [])],
      output: 'unread',
    });
    await Bun.sleep(random.between(0, 900));
    await leave(building, { mayHaveEnded: true });
  }
  await site.build(['-f', join(many, 'any'), '-t', 'any', many]);
  expect(await output('any')).toBe(`${fileCount}\nright`);
}, 60_000);
