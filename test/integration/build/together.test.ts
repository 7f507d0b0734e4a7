// Builds at the same time: what is the same is done once and for all of them, what is not does not touch each other, and
// caches that steps share are shared as they say.

import { expect, test } from 'bun:test';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite, everyLeaving } from '../../support/builds/build-site.ts';
import { eventually } from '../../support/eventually.ts';

const site = buildSite({ emptied: 'after each' });

const numbers = Array.from({ length: 10 }, (_, n) => n);
const idOf = (name: string) => site.berth(['inspect', '-f', '{{.Id}}', name]);
const printed = (name: string) => site.berth(['run', '--rm', '--network', 'none', name]);

/** Lets all steps go on that wait for a file `open` in a cache mount. */
function openGates(): void {
  const mounts = join(site.daemon.places.dataRoot, 'builder/mounts');
  for (const name of readdirSync(mounts)) writeFileSync(join(mounts, name, 'open'), '');
}

/** A step that says so, in its cache too, when it runs, and goes on when that is opened. */
const counted = (id: string) =>
  `RUN --mount=type=cache,id=${id},target=/c echo run >> /c/runs; echo begun; until test -e /c/open; do sleep 0.02; done; cat /c/runs > /runs`;

const runningSteps = () => readdirSync(join(site.daemon.places.execRoot, 'builder')).length;

/** Begins ten, by both doors, and waits until a step runs that they share. */
async function beginTen(context: string) {
  const all = numbers.map(n =>
    site.begin(everyLeaving[n % 4] ?? 'close', { context, query: { t: [`ten:${n}`] }, args: ['-t', `ten:${n}`] }),
  );
  // Who shares a step is told all it has said.
  await eventually('all share what runs', () => all.every(({ said }) => said().includes('begun\n')));
  return all;
}

test('ten of the same run a step once, and get the same image', async () => {
  const Dockerfile = `FROM busybox\nCOPY f /f\n${counted('same')}\nRUN cat /f /runs > /both\nCMD ["cat", "/both"]\n`;
  const all = await beginTen(site.context({ Dockerfile, f: 'f\n' }));
  openGates();
  expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(numbers.map(() => true));
  expect(new Set(await Promise.all(numbers.map(n => idOf(`ten:${n}`)))).size).toBe(1);
  expect(await printed('ten:0')).toBe('f\nrun');
}, 60_000);

test('those that leave do not take it from the others', async () => {
  const Dockerfile = `FROM busybox\nCOPY f /f\n${counted('left')}\nCMD ["cat", "/runs"]\n`;
  const all = await beginTen(site.context({ Dockerfile, f: 'f' }));
  // The one that began it is among them, and every way to leave.
  for (const n of [0, 1, 2, 3]) await all[n]?.leave();
  await Promise.all(all.slice(0, 4).map(({ ended }) => ended));
  expect(runningSteps()).toBe(1);
  openGates();
  const went = await Promise.all(all.map(({ ended }) => ended));
  expect(went).toEqual(numbers.map(n => n > 3));
  expect(await printed('ten:9')).toBe('run');
}, 60_000);

test('when all have left, it ends; the next build runs it anew', async () => {
  const Dockerfile = `FROM busybox\nCOPY f /f\n${counted('none')}\nCMD ["cat", "/runs"]\n`;
  const context = site.context({ Dockerfile, f: 'f' });
  const all = await beginTen(context);
  for (const building of all) await building.leave();
  expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(numbers.map(() => false));
  await site.clean();
  openGates();
  await site.build(['-t', 'anew', context]);
  expect(await printed('anew')).toBe('run\nrun');
}, 60_000);

test('ten different ones do not touch each other', async () => {
  const contexts = numbers.map(n =>
    site.context({
      Dockerfile: `FROM busybox\nARG N\nCOPY f /f\nRUN test ! -e /made; echo $N > /made; sleep 0.1; cat /f /made > /both\nCMD ["cat", "/both"]\n`,
      f: `file ${n}\n`,
    }),
  );
  const built = numbers.map(n =>
    n % 2 === 0
      ? site.post({ context: contexts[n] ?? '', query: { t: [`other:${n}`], buildargs: { N: String(n) } } })
      : site.build(['-t', `other:${n}`, '--build-arg', `N=${n}`, contexts[n] ?? '']),
  );
  await Promise.all(built);
  expect(await Promise.all(numbers.map(n => printed(`other:${n}`)))).toEqual(numbers.map(n => `file ${n}\n${n}`));
}, 60_000);

/** A step for each number, on a cache of one id; `meet` is a cache that all of them share. */
async function onOneCache(sharing: string, script: (n: number) => string, count = 3): Promise<string[]> {
  const mounts = `--mount=type=cache,id=${sharing},sharing=${sharing},target=/c --mount=type=cache,id=meet-${sharing},target=/meet`;
  const names = numbers.slice(0, count).map(n => `${sharing}:${n}`);
  await Promise.all(
    names.map((name, n) => {
      const Dockerfile = `FROM busybox\nRUN ${mounts} ${script(n)}; ls /c | wc -l > /seen\nCMD ["cat", "/seen"]\n`;
      return site.build(['-t', name, site.context({ Dockerfile })]);
    }),
  );
  return Promise.all(names.map(printed));
}
const meet = (n: number, count: number) =>
  `touch /c/${n} /meet/${n}; until test $(ls /meet | wc -l) = ${count}; do sleep 0.02; done`;

test('a shared cache is used by several at once', async () => {
  expect(await onOneCache('shared', n => meet(n, 3))).toEqual(['3', '3', '3']);
});

test('a private cache is another one for each that runs at once', async () => {
  expect(await onOneCache('private', n => meet(n, 3))).toEqual(['1', '1', '1']);
});

test('a locked cache is used by one after the other', async () => {
  const alone = (n: number) => `mkdir /c/lock || exit 9; sleep 0.1; rmdir /c/lock; touch /c/${n}`;
  expect((await onOneCache('locked', alone)).sort()).toEqual(['1', '2', '3']);
});

test('steps that lock the same caches in another order do not wait for each other for ever', async () => {
  const step = (one: string, two: string, name: string) =>
    `FROM busybox AS ${name}\nRUN --mount=type=cache,id=${one},sharing=locked,target=/1 --mount=type=cache,id=${two},sharing=locked,target=/2 echo ${name} > /${name}`;
  for (let time = 0; time < 5; time++) {
    const copies = 'FROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\n';
    const Dockerfile = [step('x', 'y', 'a'), step('y', 'x', 'b'), copies].join('\n');
    await site.build(['--no-cache', site.context({ Dockerfile })], { timeoutMs: 20_000 });
  }
}, 60_000);

test('a step may have one cache in two places', async () => {
  const mount = (target: string, sharing: string) => `--mount=type=cache,id=twice,target=${target},sharing=${sharing}`;
  const step = `RUN ${mount('/1', 'shared')} ${mount('/2', 'locked')} touch /1/f; ls /2 > /seen`;
  const context = site.context({ Dockerfile: `FROM busybox\n${step}\nCMD ["cat", "/seen"]\n` });
  await site.build(['-t', 'twice', context], { timeoutMs: 20_000 });
  expect(await printed('twice')).toBe('f');
});
