// A volume as `volume ls` and `system df -v` show it.

import type { Volume } from '../../../api/types/volumes.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { labelText } from './container-row.ts';

/** The heads of the columns. */
export const volumeHeaders = {
  Availability: 'AVAILABILITY',
  Driver: 'DRIVER',
  Group: 'GROUP',
  Labels: 'LABELS',
  Links: 'LINKS',
  Mountpoint: 'MOUNTPOINT',
  Name: 'VOLUME NAME',
  Scope: 'SCOPE',
  Size: 'SIZE',
  Status: 'STATUS',
};

/** The fields of a volume for templates; its size and users only where they were measured. */
export function volumeRow(volume: Volume): GoStruct {
  const { UsageData: usage } = volume;
  const unknown = () => 'N/A';
  return {
    [goType]: '*formatter.volumeContext',
    Availability: unknown,
    Driver: () => volume.Driver,
    Group: unknown,
    Label: (name: string) => volume.Labels?.[name] ?? '',
    Labels: () => labelText(volume.Labels),
    Links: () => (usage ? String(usage.RefCount) : 'N/A'),
    Mountpoint: () => volume.Mountpoint,
    Name: () => volume.Name,
    Scope: () => volume.Scope,
    Size: () => (usage ? humanSize(usage.Size) : 'N/A'),
    Status: unknown,
  };
}
