// `docker cp` out of a container: what is at a path, and its archive.

import type { RootfsView } from '../../../images/index.ts';
import { publishContainerEvent } from '../container-events.ts';
import { cleanArchivePath, explainPath } from './archive-path.ts';
import { type FileRooms, openContainerFiles } from './open-files.ts';
import { pathStatHeaders } from './path-stat.ts';

/** An archive on its way: headers that describe the path, and the bytes. */
interface ContainerArchive {
  headers: Record<string, string>;
  stream: AsyncGenerator<Buffer, void>;
}

/** The headers that say what is at a path. Throws not-found, `system` (not a directory). */
export async function statContainerPath(
  engine: FileRooms,
  reference: string,
  path: string | undefined,
): Promise<Record<string, string>> {
  return await atPath(engine, { reference, path }, (view, clean) => {
    using _closed = view;
    return pathStatHeaders(view.stat(clean));
  });
}

/** The archive of a path; ending the stream, however, closes what it needs. Throws as `statContainerPath`. */
export async function archiveContainerPath(
  engine: FileRooms,
  reference: string,
  o: { path: string | undefined; signal: AbortSignal },
): Promise<ContainerArchive> {
  return await atPath(engine, { reference, path: o.path }, (view, clean) => {
    const headers = pathStatHeaders(view.stat(clean));
    const stream = closing(view, view.archive(clean, o.signal));
    publishContainerEvent(engine, engine.containers.get(reference), 'archive-path');
    return { headers, stream };
  });
}

async function atPath<T>(
  engine: FileRooms,
  { reference, path }: { reference: string; path: string | undefined },
  act: (view: RootfsView, clean: string) => T,
): Promise<T> {
  const clean = cleanArchivePath(path);
  const container = engine.containers.get(reference);
  const view = await openContainerFiles(engine, container);
  try {
    return act(view, clean);
  } catch (error) {
    view.close();
    throw explainPath(error, { path: path as string, clean, container: reference });
  }
}

/** The stream; the view is closed with it. */
export async function* closing(view: RootfsView, stream: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  try {
    yield* stream;
  } finally {
    view.close();
  }
}
