// `--progress rawjson`: the news themselves, a JSON document a line, with the names of Go's SolveStatus.
import type { StatusResponse } from '../../api/buildkit/control.ts';
import type { Output } from '../io.ts';

export class JsonDisplay {
  readonly #output: Pick<Output, 'write'>;

  constructor(output: Pick<Output, 'write'>) {
    this.#output = output;
  }

  update({ vertexes, statuses, logs, warnings }: StatusResponse): void {
    const document = {
      vertexes: listOf(vertexes, ({ digest, inputs, name, started, completed, cached, error }) => ({
        ...{ digest, inputs: inputs?.length ? inputs : undefined, name },
        ...{
          started: time(started),
          completed: time(completed),
          cached: cached || undefined,
          error: error || undefined,
        },
      })),
      statuses: listOf(statuses, ({ id, vertex, name, total, current = 0, timestamp, started, completed }) => ({
        ...{ id, vertex, name: name || undefined, total: total || undefined, current },
        ...{ timestamp: time(timestamp), started: time(started), completed: time(completed) },
      })),
      logs: listOf(logs, ({ vertex, stream, msg, timestamp }) => ({
        ...{ vertex, stream, data: base64(msg), timestamp: time(timestamp) },
      })),
      warnings: listOf(warnings, ({ vertex, level, short, detail, url, info, ranges }) => ({
        ...{ vertex, level, short: base64(short), detail: detail?.map(base64), url: url || undefined },
        sourceInfo: info && { filename: info.filename, data: base64(info.data), language: info.language },
        range: ranges,
      })),
    };
    this.#output.write(`${JSON.stringify(document)}\n`);
  }

  finish(): void {}
}

function listOf<T, R>(items: readonly T[], shape: (item: T) => R): R[] | undefined {
  return items.length > 0 ? items.map(shape) : undefined;
}

const base64 = (data: Uint8Array | undefined) => data && Buffer.from(data).toString('base64');

/** As Go writes it: without zeros at the end. */
const time = (date: Date | undefined) => date?.toISOString().replace(/\.?0*Z$/, 'Z');
