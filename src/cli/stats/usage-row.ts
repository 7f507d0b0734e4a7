// A container as `stats` shows it.

import { type GoStruct, goType } from '../../lib/template/values.ts';
import { bytesSize, humanSize } from '../../lib/text/units.ts';
import { shortId } from '../output/ellipsis.ts';
import type { Usage } from './usage.ts';

/** The heads of the columns. */
export const usageHeaders = {
  Container: 'CONTAINER',
  Name: 'NAME',
  ID: 'CONTAINER ID',
  CPUPerc: 'CPU %',
  MemUsage: 'MEM USAGE / LIMIT',
  MemPerc: 'MEM %',
  NetIO: 'NET I/O',
  BlockIO: 'BLOCK I/O',
  PIDs: 'PIDS',
};

/** The columns where nothing else is asked for. */
export const usageTable =
  '{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}';

/** A container by the name it was asked for, and its usage; undefined while none is known. */
export interface Measured {
  container: string;
  usage: Usage | undefined;
}

/** The fields of a container for templates. */
export function usageRow({ container, usage }: Measured, options: { truncate: boolean }): GoStruct {
  const known =
    (text: (usage: Usage) => string, otherwise = '--') =>
    () =>
      usage ? text(usage) : otherwise;
  return {
    [goType]: '*formatter.statsContext',
    BlockIO: known(({ read, written }) => `${humanSize(read, 3)} / ${humanSize(written, 3)}`),
    CPUPerc: known(({ cpu }) => `${cpu.toFixed(2)}%`),
    Container: () => container,
    ID: known(({ id }) => (options.truncate ? shortId(id) : id), ''),
    MemPerc: known(({ memoryPercent }) => `${memoryPercent.toFixed(2)}%`),
    MemUsage: known(({ memory, memoryLimit }) => `${bytesSize(memory)} / ${bytesSize(memoryLimit)}`, '-- / --'),
    Name: known(({ name }) => name || '--'),
    NetIO: known(({ received, sent }) => `${humanSize(received, 3)} / ${humanSize(sent, 3)}`),
    PIDs: known(({ pids }) => String(pids)),
  };
}
