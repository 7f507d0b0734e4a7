// `docker import`: a tar of a root file system, from the client or the web, as an image of one layer.

import type { CreateImageInfo } from '../../api/types/images.ts';
import { parseChanges } from '../../images/index.ts';
import { BerthError, invalid, notFound, systemError } from '../../lib/errors.ts';
import { describeConnectionFailure } from '../../lib/http/client/connection-failure.ts';
import { reasonPhrase } from '../../lib/http/status.ts';
import { AsyncQueue } from '../../lib/streams/async-queue.ts';
import { linuxPlatform, parsePlatform } from '../../oci/platform.ts';
import type { Engine } from '../engine.ts';
import { publishImageEvent } from './image-events.ts';
import { targetReference } from './target-reference.ts';

interface ImportOptions {
  /** What the client sends where `-` is the source. */
  readonly body: AsyncIterable<Uint8Array>;
  /** `-` or an address on the web; without a scheme it is http. */
  readonly source: string;
  readonly repository?: string | undefined;
  readonly tag?: string | undefined;
  readonly message?: string | undefined;
  readonly changes: string[];
  readonly platform?: string | undefined;
  readonly signal: AbortSignal;
}

/** Bytes between two lines of progress. */
const progressStep = 512 * 1024;
/** Characters of a server's refusal that are shown. */
const longestRefusal = 8 * 1024;

/** Lines of progress where there is something to wait for; the last line's status is the new id. */
export async function* importImage(
  engine: Pick<Engine, 'images' | 'events'>,
  options: ImportOptions,
): AsyncGenerator<CreateImageInfo> {
  const platform = options.platform ? parsePlatform(options.platform, linuxPlatform(process.arch)) : undefined;
  if (platform && platform.os !== 'linux') throw invalid('operating system is not supported');
  const reference = targetReference(options.repository, options.tag);
  const changes = parseChanges(options.changes);
  const { source, body, signal } = options;
  const download = source === '-' ? undefined : await openDownload(source, signal);
  if (download) yield { status: `Downloading from ${download.address}` };
  const lines = new AsyncQueue<CreateImageInfo>();
  const work = engine.images
    .import(download ? counted(download, lines) : body, {
      ...(reference === undefined ? {} : { reference }),
      ...(platform ? { platform } : {}),
      changes,
      message: options.message || `Imported from ${source}`,
      signal,
    })
    .finally(() => lines.close());
  // Awaited below, after the lines.
  work.catch(() => {});
  yield* lines;
  const image = await work;
  if (reference) publishImageEvent(engine, 'tag', image, reference);
  publishImageEvent(engine, 'import', image);
  yield { status: image.id };
}

interface Download {
  readonly address: string;
  /** Bytes, where the server says. */
  readonly total: number | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Throws `invalid` for what is no address, `not-found` for what is not there, `system` for a silent server. */
async function openDownload(source: string, signal: AbortSignal): Promise<Download> {
  const address = source.includes('://') ? source : `http://${source}`;
  if (!URL.canParse(address)) throw invalid(`Get ${JSON.stringify(address)}: no host in request URL`);
  const { protocol } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw invalid(
      `Get ${JSON.stringify(address)}: unsupported protocol scheme ${JSON.stringify(protocol.slice(0, -1))}`,
    );
  }
  const response = await fetch(address, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw new BerthError('cancelled', 'context canceled', { cause: error });
    throw systemError(`Get ${JSON.stringify(address)}: ${describeConnectionFailure(error, new URL(address))}`, error);
  });
  if (!response.ok || !response.body) {
    const status = `${response.status} ${reasonPhrase(response.status)}`;
    const message = `failed to GET ${address} with status ${status}: ${await beginningOf(response)}`;
    throw response.status === 404 ? notFound(message) : invalid(message);
  }
  const length = response.headers.get('content-length');
  return { address, total: length === null ? undefined : Number(length), content: response.body };
}

/** What a server says of its refusal, as far as a message carries it. */
async function beginningOf(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestRefusal) break;
  }
  return text.slice(0, longestRefusal).trim();
}

async function* counted({ content, total }: Download, lines: AsyncQueue<CreateImageInfo>): AsyncGenerator<Uint8Array> {
  let current = 0;
  let told = 0;
  for await (const chunk of content) {
    yield chunk;
    current += chunk.length;
    if (current - told < progressStep) continue;
    told = current;
    lines.push({ status: 'Importing', progressDetail: { current, ...(total === undefined ? {} : { total }) } });
  }
}
