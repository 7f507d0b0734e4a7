// The daemon dies in the middle of builds: the next one starts clean, what was finished is known to it, what was not is done
// again, and what comes out is right. BERTH_TEST_SEED plays the random moments again.

import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Building, buildSite, packed } from '../../support/builds/build-site.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';
import { eventually } from '../../support/eventually.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';
import { Seeded } from '../../support/seeded.ts';

const random = new Seeded();
console.log(`crash: BERTH_TEST_SEED=${random.seed} plays it again`);

const site = buildSite();

/** Kills the daemon under a build and starts the next one, which must find nothing that is nobody's. */
async function die(building: Building): Promise<void> {
  await site.daemon.kill();
  await building.ended;
  await site.daemon.start();
  await site.clean();
}

const saying = (building: Building, words: string) =>
  eventually(`the build says ${words}`, () => building.said().includes(words), { timeoutMs: 20_000 });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Two stages, files that are copied, large layers; what the image prints can be known beforehand. */
function project(mark: string): { context: string; printed: string } {
  const files = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`d/${n + 1000}`, `${mark} ${n}\n`]));
  const lines = Array.from({ length: 200_000 }, (_, n) => `${n + 1}\n`).join('');
  const Dockerfile = [
    'FROM busybox AS one\nCOPY d /d\nRUN cat /d/* | sha256sum > /one',
    `FROM busybox AS two\nRUN seq 1 200000 > /two; echo ${mark} >> /two\nRUN sha256sum < /two > /three`,
    'FROM busybox\nCOPY --from=one /one /\nCOPY --from=two /two /three /\nRUN sha256sum /two >> /three',
    'CMD ["cat", "/one", "/three"]\n',
  ].join('\n');
  const [one, two] = [sha256(Object.values(files).join('')), sha256(`${lines}${mark}\n`)];
  return { context: site.context({ Dockerfile, ...files }), printed: `${one}  -\n${two}  -\n${two}  /two` };
}

async function expectRight({ context, printed }: ReturnType<typeof project>, args: string[] = []): Promise<string> {
  const progress = await site.build(['-t', 'right', ...args, context]);
  expect(await site.berth(['run', '--rm', '--network', 'none', 'right'])).toBe(printed);
  return progress;
}

test('while a context comes', async () => {
  const made = project('transfer');
  for (const leaving of ['close', 'kill'] as const) {
    const { promise: never, resolve: release } = Promise.withResolvers<void>();
    async function* half() {
      for await (const chunk of packed(made.context)) {
        yield chunk.subarray(0, chunk.length / 2);
        break;
      }
      await never;
    }
    const building = site.begin(leaving, { context: half() });
    const contexts = join(site.daemon.places.dataRoot, 'builder/contexts');
    const files = () => ['open', 'mirrors'].map(kind => readdirSync(join(contexts, kind), { recursive: true }).length);
    await eventually('files are there', () => Math.max(...files()) > 3);
    await die(building).finally(release);
    expect(files()).toEqual([0, 0]);
  }
  await expectRight(made);
}, 60_000);

test('while a step runs, of which those before it are known afterwards', async () => {
  const gate = 'test -e /gate/open || sleep 1000';
  const Dockerfile = `FROM busybox\nCOPY f /f\nRUN cat /f > /first\nRUN --mount=type=cache,id=crash,target=/gate echo half > /half; echo at-the-gate; ${gate}; rm /half; cat /first > /made\nCMD ["sh", "-c", "cat /made; test ! -e /half && echo .whole"]\n`;
  const context = site.context({ Dockerfile, f: 'f' });
  const building = site.begin('kill', { context });
  await saying(building, 'at-the-gate\n');
  await die(building);
  const open = 'FROM busybox\nRUN --mount=type=cache,id=crash,target=/gate touch /gate/open\n';
  await site.build([site.context({ Dockerfile: open })]);
  expect(stepsRun(await site.build(['-t', 'gated', context]))).toHaveLength(1);
  expect(await site.berth(['run', '--rm', '--network', 'none', 'gated'])).toBe('f.whole');
}, 60_000);

test('while layers are packed, and while they are compressed', async () => {
  const steps = 'RUN dd if=/dev/urandom of=/noise bs=1M count=24 2>/dev/null; sha256sum < /noise > /sum\n';
  const Dockerfile = `FROM busybox\n${steps}RUN echo after the noise\nCMD ["sh", "-c", "sha256sum < /noise | cmp - /sum && echo same"]\n`;
  for (const [words, args] of [
    ['RUN echo after', []],
    ['after the noise\n', []],
    ['exporting', ['-o', 'type=oci,dest=/dev/null']],
  ] as const) {
    const context = site.context({ Dockerfile });
    const building = site.begin('kill', { context, args: ['--no-cache', ...args] });
    await saying(building, words);
    await die(building);
    await site.build(['-t', 'noise', context]);
    expect(await site.berth(['run', '--rm', '--network', 'none', 'noise'])).toBe('same');
    await site.empty();
  }
}, 60_000);

describe('a cache', () => {
  /** Two steps, of which each has enough in it for a moment to be hit. */
  const noise = 'RUN dd if=/dev/urandom of=/noise bs=1M count=16 2>/dev/null; sha256sum < /noise > /sum';
  const Dockerfile = `FROM busybox AS made\n${noise}\nRUN cp /noise /more\nFROM busybox\nCOPY --from=made /more /sum /\nCMD ["sh", "-c", "sha256sum < /more | cmp - /sum && echo same"]\n`;

  /** How a cache leaves and comes back, and when it is under way. */
  async function expectSurvived(o: {
    to: string[];
    from: string[];
    leaving: RegExp;
    coming: RegExp;
    whole: boolean;
  }): Promise<void> {
    const context = site.context({ Dockerfile });
    const dying = async (args: string[], words: RegExp) => {
      const building = site.begin('kill', { context, args });
      await eventually(`it says ${words}`, () => words.test(building.said()), { timeoutMs: 20_000 });
      await die(building);
    };
    await site.build(['-t', 'cached', context]);
    await dying(o.to, o.leaving);
    await site.build([...o.to, context]);
    await site.empty();
    await dying(['-t', 'cached', ...o.from], o.coming);
    const steps = stepsRun(await site.build(['-t', 'cached', ...o.from, context]));
    // What an image does not have within it may be begun until it is known that nobody wants it.
    if (o.whole) expect(steps).toEqual([]);
    expect(await site.berth(['run', '--rm', '--network', 'none', 'cached'])).toBe('same');
    await site.empty();
  }

  test('in a directory of the client, while it leaves and while it comes', async () => {
    const place = join(site.folder, 'cache');
    const to = ['--cache-to', `type=local,dest=${place},mode=max`];
    const from = ['--cache-from', `type=local,src=${place}`];
    await expectSurvived({
      to,
      from,
      leaving: /writing layer|exporting cache/,
      coming: /importing cache manifest/,
      whole: true,
    });
    await expectSurvived({ to, from, leaving: /preparing build cache/, coming: /sha256:[0-9a-f]{64} \d/, whole: true });
  }, 120_000);

  test('in a registry, of its own or in an image, while it leaves and while it comes', async () => {
    await using registry = await startBerthRegistry();
    const [own, image] = [`${registry.address}/crash/cache:1`, `${registry.address}/crash/image:1`];
    const from = (ref: string) => ['--cache-from', `type=registry,ref=${ref}`];
    const to = ['--cache-to', `type=registry,ref=${own},mode=max`];
    await expectSurvived({
      to,
      from: from(own),
      leaving: /writing layer/,
      coming: /sha256:[0-9a-f]{64} \d/,
      whole: true,
    });
    const inline = ['--cache-to', 'type=inline', '-t', image, '--push'];
    await expectSurvived({
      to: inline,
      from: from(image),
      leaving: /pushing/,
      coming: /importing cache manifest/,
      whole: false,
    });
  }, 120_000);
});

test('at any moment', async () => {
  for (let time = 0; time < 7; time++) {
    const made = project(`moment ${time}`);
    const building = site.begin(random.pick(['close', 'kill']), { context: made.context });
    await Bun.sleep(random.between(0, 700));
    await die(building);
    await expectRight(made);
    expect(stepsRun(await expectRight(made))).toEqual([]);
  }
}, 120_000);
