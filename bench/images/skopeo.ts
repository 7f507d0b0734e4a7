// skopeo beside the engines: it keeps images in folders, layers packed, so its times are those of copying and compressing.

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { peerFolder, peerProgram } from '../../test/support/peer-programs.ts';
import type { Record } from '../rows.ts';
import { type Subject, time } from '../subject.ts';

const column: Subject = { name: 'skopeo, to a folder', command: [], forcedRemoval: [] };

interface SkopeoBench {
  archive: string;
  record: Record;
  /** A registry that has the image. */
  filled: string;
  /** One that has nothing. */
  empty: string;
}

/** Fills a column of its own, which is returned; undefined where skopeo is not installed. */
export async function measureSkopeo({ archive, record, filled, empty }: SkopeoBench): Promise<Subject | undefined> {
  const program = peerProgram('skopeo');
  if (!program) return undefined;
  const folder = peerFolder();
  const copy = (from: string, to: string) =>
    time([...program, 'copy', '-q', '--src-tls-verify=false', '--dest-tls-verify=false', from, to]);
  try {
    cpSync(archive, join(folder.here, 'large.tar'));
    const kept = `dir:${folder.there}/kept`;
    record('load', column, await copy(`docker-archive:${folder.there}/large.tar`, kept));
    record('save', column, await copy(kept, `docker-archive:${folder.there}/saved.tar`));
    record('push, cold', column, await copy(kept, `docker://${empty}/large:latest`));
    record('push again', column, await copy(kept, `docker://${empty}/large:latest`));
    record('pull, cold', column, await copy(`docker://${filled}/large:latest`, `dir:${folder.there}/pulled`));
    return column;
  } finally {
    rmSync(folder.here, { recursive: true, force: true });
  }
}
