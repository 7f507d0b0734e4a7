// Which types of manifests a client understands.
import { bareType } from './read-manifest.ts';

/** Whether an `Accept` header allows `mediaType`; one that is absent or empty allows everything. */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header.trim() === '') return true;
  const family = `${mediaType.split('/')[0]}/*`;
  return header.split(',').some(item => {
    const type = bareType(item);
    return (type === mediaType || type === '*/*' || type === family) && !/;\s*q=0(\.0*)?\s*(;|$)/.test(item);
  });
}
