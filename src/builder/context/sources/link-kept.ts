// A second view of a directory without what patterns leave out.
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, rmdirSync, utimesSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import type { ParentMatches, PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';
import { decodeName } from '../../../lib/tar/names.ts';
import { joinPath, pathIn } from '../copy/resolve-in-root.ts';

/**
 * Fills the empty directory `to` with hard links to what is kept of `from` (the same file system), and directories of
 * the same owner, mode and time. Returns how many files and directories were left out.
 */
export async function linkKept(from: string, to: string, matcher: PatternMatcher): Promise<number> {
  const slice = new TimeSlice();
  let left = 0;

  async function walk(path: string, parent: ParentMatches | undefined): Promise<boolean> {
    let any = false;
    for (const bytes of readdirSync(pathIn(from, path), { encoding: 'buffer' })) {
      const child = joinPath(path, decodeName(bytes));
      const isDirectory = lstatSync(pathIn(from, child)).isDirectory();
      const { matched, matches } = matcher.matchChild(child, parent);
      if (slice.used) await slice.pause();
      if (matched && !(isDirectory && matcher.mayExceptBelow(child))) left++;
      else if (!isDirectory) {
        linkSync(pathIn(from, child), pathIn(to, child));
        any = true;
      } else {
        mkdirSync(pathIn(to, child));
        const kept = await walk(child, matches);
        if (matched && !kept) {
          rmdirSync(pathIn(to, child));
          left++;
        } else {
          await describeLike(pathIn(from, child), pathIn(to, child));
          any = true;
        }
      }
    }
    return any;
  }

  await walk('', undefined);
  await describeLike(from, to);
  return left;
}

async function describeLike(from: string | Buffer, to: string | Buffer): Promise<void> {
  const stats = lstatSync(from);
  await chown(to, stats.uid, stats.gid);
  chmodSync(to, stats.mode & 0o7777);
  utimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
}
