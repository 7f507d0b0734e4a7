// Changes of a container over its image, and the layer they make, on a real overlay. Needs root.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKernel, type Kernel } from '../../../kernel/index.ts';
import { applyLayer } from '../extract/apply-layer.ts';
import { listChanges } from './list-changes.ts';
import { packDiff } from './pack-diff.ts';

let root: string;
let kernel: Kernel;
const at = (...parts: string[]) => join(root, ...parts);
const layer = () => ({ upper: at('upper'), lower: [at('top'), at('bottom')] });

/** Two image layers and what a container did on top of them. */
beforeAll(() => {
  root = mkdtempSync('/tmp/berth-diff-');
  kernel = createKernel();
  for (const name of ['bottom', 'top', 'upper', 'work', 'merged', 'again', 'seen']) mkdirSync(at(name));
  const shell = (directory: string, script: string) => execFileSync('sh', ['-ec', script], { cwd: at(directory) });
  shell(
    'bottom',
    'mkdir -p kept gone/deep emptied touched same; echo 1 >kept/f; echo 1 >gone/f; echo 1 >emptied/a; echo 1 >emptied/b; echo 1 >same/f',
  );
  shell('top', 'mkdir kept; echo 2 >kept/g; mknod hidden c 0 0');
  kernel.mounts.overlay({ ...layer(), work: at('work'), target: at('merged'), index: false });
  const script = `
    echo more >>kept/f; rm -r gone; rm -r emptied; mkdir emptied; echo new >emptied/b
    mkdir new; echo one >new/one; ln new/one new/two; chmod 4711 new/one; chown 12:34 new/one
    truncate -s 3000000 new/hole; cp new/hole new/sparse; printf data | dd of=new/sparse bs=1 seek=1000000 conv=notrunc 2>/dev/null; mkfifo new/fifo; ln -s ../kept new/link; mknod new/null c 1 3
    touch -d @1000000000.123456789 new/one
    chmod 700 touched; echo changed >same/f; rm kept/g; touch hidden; rm hidden`;
  shell('merged', script);
  kernel.files.setXattr(at('merged/new/one'), 'user.mark', Buffer.from('yes'));
});

afterAll(() => {
  kernel.mounts.unmount(at('merged'), { lazy: true });
  kernel.mounts.unmount(at('seen'), { lazy: true });
  kernel.close();
  rmSync(root, { recursive: true, force: true });
});

test('every change is listed once, parents first', async () => {
  const changes = await listChanges(at('upper'), layer().lower, kernel.files);
  const letters = { changed: 'C', added: 'A', deleted: 'D' };
  expect(changes.map(({ path, kind }) => `${letters[kind]} ${path}`)).toEqual([
    'C /emptied',
    'D /emptied/a',
    'A /emptied/b',
    'D /gone',
    'C /kept',
    'C /kept/f',
    'D /kept/g',
    'A /new',
    'A /new/fifo',
    'A /new/hole',
    'A /new/link',
    'A /new/null',
    'A /new/one',
    'A /new/sparse',
    'A /new/two',
    'C /same/f',
    'C /touched',
  ]);
});

test('the layer made of them gives the same tree on the same image', async () => {
  let members = 0;
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of packDiff(layer(), kernel.files, { onMember: () => members++ })) {
      bytes += piece.length;
      writeFileSync(at('layer.tar'), piece, { flag: 'a' });
      yield piece;
    }
  }
  const { skipped } = await applyLayer(counted(), at('again'), { files: kernel.files });
  expect(skipped).toEqual([]);
  expect(members).toBeGreaterThan(10);
  expect(bytes).toBeLessThan(100_000);
  for (const name of ['hole', 'sparse']) expect(lstatSync(at('again/new', name)).blocks).toBeLessThan(100);
  const compared = spawnSync('tar', ['-df', at('layer.tar'), '-C', at('merged'), 'new'], { encoding: 'utf8' });
  expect(compared).toMatchObject({ status: 0, stdout: '', stderr: '' });
  mkdirSync(at('work2'));
  mkdirSync(at('upper2'));
  const lower = [at('again'), ...layer().lower];
  kernel.mounts.overlay({ lower, upper: at('upper2'), work: at('work2'), target: at('seen'), index: false });
  const list = (name: string) =>
    spawnSync('find', ['.', '-mindepth', '1', '-printf', '%P %y %m %U:%G %s %l %n %T@\n'], {
      cwd: at(name),
      encoding: 'utf8',
    })
      .stdout.split('\n')
      // Sizes of directories and their link counts are the file system's own business.
      .map(line => line.replace(/^(\S+ d \d+ \S+) \d+ +\d+/, '$1'))
      .sort();
  expect(list('seen')).toEqual(list('merged'));
  const same = spawnSync('diff', ['-r', '--no-dereference', '-x', 'fifo', '-x', 'null', at('merged'), at('seen')]);
  expect(same.status).toBe(0);
  expect(kernel.files.getXattr(at('seen/new/one'), 'user.mark')?.toString()).toBe('yes');
});

test('without a change there is no member', async () => {
  mkdirSync(at('nothing'));
  let members = 0;
  for await (const _ of packDiff({ upper: at('nothing'), lower: layer().lower }, kernel.files, {
    onMember: () => members++,
  }));
  expect(members).toBe(0);
  expect(await listChanges(at('nothing'), layer().lower, kernel.files)).toEqual([]);
});
