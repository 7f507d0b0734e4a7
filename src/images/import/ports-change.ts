// The ports of `EXPOSE`: `80`, `80/tcp`, `8000-8002/udp`.
import { invalid } from '../../lib/errors.ts';

const protocols = ['tcp', 'udp', 'sctp'];
const largestPort = 65535;

/** Each port as `80/tcp`, ranges spelled out. Throws `invalid` with Docker's wording. */
export function parsePorts(specifications: readonly string[]): string[] {
  return specifications.flatMap(specification => {
    const [text = '', protocol = 'tcp'] = specification.split('/', 2);
    // A host part (`8080:80`) is accepted and means nothing here.
    const container = text.slice(text.lastIndexOf(':') + 1);
    const [first, last] = range(container, specification);
    const name = (protocol || 'tcp').toLowerCase();
    if (!protocols.includes(name)) throw invalid(`Invalid proto: ${protocol}`);
    return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${name}`);
  });
}

function range(text: string, specification: string): [number, number] {
  if (text === '') throw invalid(`No port specified: ${specification}<empty>`);
  const [start = '', end = start] = text.split('-', 2);
  const isPort = (port: string) => /^\d+$/.test(port) && Number(port) <= largestPort;
  if (!isPort(start) || !isPort(end) || Number(end) < Number(start)) throw invalid(`Invalid containerPort: ${text}`);
  return [Number(start), Number(end)];
}
